public import Base
public import HTTPTransport

/// What a request proves its sender with. Its description shows none of it.
public struct Credentials: Sendable, Equatable {
    /// The value of the `Authorization` header.
    public var authorization: Redacted<String>?
    /// In place of the certificate in ``ClientConfiguration/tls``.
    public var clientCertificate: TLSOptions.PEM?
    public var clientKey: TLSOptions.PEM?

    public init(
        authorization: Redacted<String>? = nil, clientCertificate: TLSOptions.PEM? = nil,
        clientKey: TLSOptions.PEM? = nil
    ) {
        self.authorization = authorization
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
    }

    public static let none = Credentials()

    public static func bearer(_ token: Redacted<String>) -> Credentials {
        Credentials(authorization: Redacted("Bearer \(token.exposed)"))
    }

    /// What must not be repeated: the credentials of the header, without its scheme.
    var texts: [String] {
        guard let words = authorization?.exposed.split(separator: " "), let last = words.last else { return [] }
        return [String(last)]
    }
}

/// Where credentials come from. Asked before every request, so it answers from memory nearly always.
public protocol CredentialSource: Sendable {
    func credentials() async throws(KubeError) -> Credentials

    /// The server did not accept `rejected` (401). Returns whether there are others now.
    func refresh(rejected: Credentials) async throws(KubeError) -> Bool
}

/// Credentials that never change.
public struct FixedCredentials: CredentialSource {
    private let value: Credentials

    public init(_ value: Credentials = .none) { self.value = value }

    public func credentials() async throws(KubeError) -> Credentials { value }

    public func refresh(rejected: Credentials) async throws(KubeError) -> Bool { false }
}
