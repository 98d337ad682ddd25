public import HTTPServer

/// A `SimulatedCluster` behind HTTP, as kubectl and other clients expect a Kubernetes API server: TLS, bearer tokens,
/// watches in chunks. It logs every request, and goes wrong on request.
public final class SimulatedAPIServer: Sendable {
    public struct Configuration: Sendable {
        /// The numeric address to listen on.
        public var host = "127.0.0.1"
        /// The port, or 0 for any free one.
        public var port: UInt16 = 0
        /// HTTPS with a certificate of an authority made for this server, or plain HTTP.
        public var usesTLS = true
        /// Who may come in, by bearer token. Empty: everybody, as the administrator.
        public var users: [String: UserInfo] = [:]
        /// The seed of faults that happen with a probability.
        public var faultSeed: UInt64 = 0

        public init() {}
    }

    /// A kubeconfig file could not be written.
    public enum FileError: Error, Equatable {
        case cannotWrite(path: String, errno: Int32)
    }

    public let cluster: SimulatedCluster
    /// Every request that was answered.
    public let log = RequestLog()
    /// What goes wrong; nothing at first.
    public let faults: FaultInjector
    /// The authority that signed the server's certificate; nil without TLS.
    public let authorityPEM: String?

    private let configuration: Configuration
    private let server: HTTPServer

    /// Binds the address; `run` serves.
    ///
    /// - Throws: `ServerError`.
    public init(_ cluster: SimulatedCluster, _ configuration: Configuration = Configuration()) throws(ServerError) {
        self.cluster = cluster
        self.configuration = configuration
        faults = FaultInjector(seed: configuration.faultSeed)
        var http = HTTPServer.Configuration(host: configuration.host, port: configuration.port)
        // Watches would use up any grace: their clients reconnect.
        http.shutdownGracePeriod = .milliseconds(100)
        if configuration.usesTLS {
            let authority = try CertificateAuthority(commonName: "simulated-cluster")
            let names = Set([configuration.host, "127.0.0.1", "::1", "localhost", "kubernetes.default.svc"])
            http.tls = TLSConfiguration(try authority.issueServer(names: names.filter { !$0.isEmpty }.sorted()))
            authorityPEM = authority.certificatePEM
        } else {
            authorityPEM = nil
        }
        let authenticator = Authenticator(users: configuration.users) { cluster.serviceAccount(token: $0) }
        let handler = RequestHandler(cluster: cluster, log: log, faults: faults, authenticator: authenticator)
        server = try HTTPServer(http) { await handler.answer($0) }
    }

    /// The port that is listened on.
    public var port: UInt16 { server.port }

    /// The server's URL, such as `https://127.0.0.1:34567`.
    public var url: String {
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
        return "\(configuration.usesTLS ? "https" : "http")://\(host.isEmpty ? "127.0.0.1" : host):\(port)"
    }

    /// Serves until the task is cancelled.
    public func run() async throws { try await server.run() }

    /// A kubeconfig for this server. It holds the token: treat it as a secret.
    public func kubeconfig(token: String? = nil) -> String {
        Kubeconfig.text(server: url, authorityPEM: authorityPEM, token: token, name: "simulated")
    }

    /// Writes a kubeconfig that only its owner may read.
    public func writeKubeconfig(to path: String, token: String? = nil) throws(FileError) {
        try Kubeconfig.write(kubeconfig(token: token), to: path)
    }
}
