internal import Base
internal import HTTPServer
internal import KubeClient
internal import KubeCore
internal import Telemetry

/// The external metrics adapter: a TLS server that answers the API server's aggregator. It runs on every replica of the
/// operator, leader or not, since the aggregator asks any of them.
///
/// Certificates and the settings by which the aggregator is known are read again every minute, for both are renewed
/// while the operator runs. What cannot be read then leaves the last ones in force.
struct ExternalMetricsServer: Sendable {
    private static let settings = ResourceType(group: "", version: "v1", kind: "ConfigMap", plural: "configmaps")
    private static let period = Duration.seconds(60)

    let address: BindAddress
    let certificateFile: String
    let privateKeyFile: String
    let client: KubeClient
    let metrics: DefinedMetrics
    /// Whether the clusters are known.
    let isReady: @Sendable () -> Bool
    let log: Logger

    /// Serves until the task is cancelled.
    ///
    /// - Throws: `ServerError` when the address is taken or the certificate is unusable.
    func run() async throws {
        let authentication = Lock(try await firstAuthentication())
        let api = ExternalMetricsAPI { request in
            authentication.withLock { $0 }.user(request)
        } values: { metric, namespace, selector in
            guard isReady() else { return .unreadable("the operator has not seen the DeepSeekClusters yet") }
            return await metrics.values(of: metric, in: namespace, selector)
        }
        let server = try HTTPServer(
            .init(host: address.host, port: address.port, tls: tls(authentication.withLock { $0 }))
        ) { await api.respond(to: $0) }
        log.info("serving external.metrics.k8s.io", ["port": "\(server.port)"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask { try await refresh(authentication, server) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func tls(_ authentication: RequestHeaderAuthentication) -> TLSConfiguration {
        // Without a certificate the handshake goes on, so that whoever tries by hand is told 401.
        TLSConfiguration(
            certificateChain: .file(path: certificateFile), privateKey: .file(path: privateKeyFile),
            clientAuthority: .pem(authentication.clientAuthorities))
    }

    private func authentication() async throws -> RequestHeaderAuthentication {
        let api = Api<JSONValue>(client, Self.settings, namespace: "kube-system")
        return try RequestHeaderAuthentication(configMap: try await api.get("extension-apiserver-authentication"))
    }

    /// Tries until it is there: a right may be granted a moment later than the operator starts.
    private func firstAuthentication() async throws -> RequestHeaderAuthentication {
        while true {
            do {
                return try await authentication()
            } catch {
                try Task.checkCancellation()
                log.error("external metrics are not served: the aggregator cannot be told from others", error: error)
                try await MonotonicClock().sleep(for: .seconds(5))
            }
        }
    }

    private func refresh(_ current: Lock<RequestHeaderAuthentication>, _ server: HTTPServer) async throws {
        while true {
            try await MonotonicClock().sleep(for: Self.period)
            do {
                let new = try await authentication()
                try server.replaceTLS(tls(new))
                current.withLock { $0 = new }
            } catch {
                try Task.checkCancellation()
                log.error("certificates were not renewed; the last ones stay in use", error: error)
            }
        }
    }
}
