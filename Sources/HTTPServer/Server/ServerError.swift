internal import Glibc

/// What can go wrong in a server, beside a bad request.
public enum ServerError: Error, Equatable, CustomStringConvertible {
    /// The address could not be listened on.
    case cannotListen(address: String, errno: Int32)
    /// A system call that the server cannot live without failed.
    case system(call: String, errno: Int32)
    /// OpenSSL refused a certificate, a key or a setting.
    case tls(String)
    /// The client went away before the whole body was written.
    case connectionClosed
    /// Two tasks wrote to one response body at the same time.
    case concurrentWrites
    /// `run` was called a second time.
    case alreadyRunning

    public var description: String {
        switch self {
        case .cannotListen(let address, let code): "cannot listen on \(address): \(Self.text(code))"
        case .system(let call, let code): "\(call) failed: \(Self.text(code))"
        case .tls(let reason): "TLS: \(reason)"
        case .connectionClosed: "the client closed the connection"
        case .concurrentWrites: "a response body is written by one task at a time"
        case .alreadyRunning: "the server was started before"
        }
    }

    private static func text(_ code: Int32) -> String {
        // strerror's buffer is per thread in glibc.
        strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
