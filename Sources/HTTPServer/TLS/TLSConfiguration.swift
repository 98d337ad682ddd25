/// A server's TLS: at least version 1.2, HTTP/1.1 by ALPN, OpenSSL's default ciphers.
public struct TLSConfiguration: Sendable, CustomStringConvertible {
    /// PEM text, or the file that holds it.
    public enum Source: Sendable {
        case pem(String)
        case file(path: String)
    }

    /// The server's certificate, followed by intermediates if there are any.
    public var certificateChain: Source
    /// The private key of the first certificate, not encrypted.
    public var privateKey: Source
    /// When set, clients are asked for a certificate, and one that they send must be signed by one of these.
    public var clientAuthority: Source?
    /// Refuse clients that send no certificate; only with `clientAuthority`.
    public var requiresClientCertificate: Bool

    /// A configuration; files are read once, when the server is made.
    public init(
        certificateChain: Source, privateKey: Source, clientAuthority: Source? = nil,
        requiresClientCertificate: Bool = false
    ) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
        self.clientAuthority = clientAuthority
        self.requiresClientCertificate = requiresClientCertificate
    }

    /// Says nothing of the key.
    public var description: String { "TLSConfiguration(clientAuthority: \(clientAuthority != nil))" }
}

extension TLSConfiguration {
    /// A certificate with its key, as `CertificateAuthority` makes them.
    public init(_ identity: TLSIdentity, clientAuthority: Source? = nil) {
        self.init(
            certificateChain: .pem(identity.certificatePEM), privateKey: .pem(identity.privateKeyPEM),
            clientAuthority: clientAuthority)
    }
}

/// A certificate and its private key as PEM text.
public struct TLSIdentity: Sendable, CustomStringConvertible {
    /// One certificate.
    public let certificatePEM: String
    /// Its key, PKCS#8, not encrypted.
    public let privateKeyPEM: String

    /// Says nothing of the key.
    public var description: String { "TLSIdentity" }
}
