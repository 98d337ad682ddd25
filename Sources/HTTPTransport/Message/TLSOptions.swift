/// How the server is verified and how the client identifies itself. The default trusts the system's authorities.
public struct TLSOptions: Sendable, Hashable {
    /// PEM text, or a file that holds it. A file is read again for every new connection.
    public enum PEM: Sendable, Hashable {
        case data([UInt8])
        case file(String)
    }

    /// The only authorities to trust, in place of the system's.
    public var certificateAuthority: PEM?
    /// The client's certificate, followed by its chain.
    public var clientCertificate: PEM?
    /// The private key of ``clientCertificate``.
    public var clientKey: PEM?
    /// The name sent as SNI and expected in the certificate, in place of the URL's host.
    public var serverName: String?
    /// Accept any certificate. Whoever can intercept the connection then reads every credential sent over it.
    public var insecureSkipVerify: Bool

    public init(
        certificateAuthority: PEM? = nil, clientCertificate: PEM? = nil, clientKey: PEM? = nil,
        serverName: String? = nil, insecureSkipVerify: Bool = false
    ) {
        self.certificateAuthority = certificateAuthority
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
        self.serverName = serverName
        self.insecureSkipVerify = insecureSkipVerify
    }
}

extension TLSOptions.PEM: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The file's path, or the number of bytes: never the bytes, which may be a private key.
    public var description: String {
        switch self {
        case .data(let bytes): "\(bytes.count) bytes of PEM"
        case .file(let path): "file \(path)"
        }
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, unlabeledChildren: [description]) }
}
