/// Why there is no response, or not all of it.
///
/// The message never holds headers, bodies or key material.
public struct TransportError: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: String, Sendable, Equatable {
        /// The request itself cannot be sent: a malformed URL, method, header or TLS file.
        case invalidRequest
        /// No connection: name resolution, refusal, or ``HTTPRequest/connectTimeout``. Nothing was sent.
        case connect
        /// The TLS handshake failed, or the server's certificate is not trusted. Nothing was sent.
        case tls
        /// ``HTTPRequest/timeout`` ran out.
        case timeout
        /// ``HTTPRequest/idleTimeout`` ran out between two pieces of a streamed body.
        case idleTimeout
        /// The connection broke after the request was (partly) sent. A server's refusal of the client's certificate may
        /// look like this: under TLS 1.3 it arrives after the client's part of the handshake.
        case connectionLost
        /// The response is longer than ``HTTPRequest/maxResponseBytes``, or its headers than 256 KiB.
        case tooLarge
        /// What the server sent is not HTTP, or not what its headers announce.
        case protocolViolation
        /// The calling task was cancelled.
        case cancelled
        /// The transport has been shut down.
        case shutDown
        /// Anything else; the message says what.
        case other
    }

    public let kind: Kind
    /// What happened, in words for a person.
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { "\(kind.rawValue): \(message)" }
}
