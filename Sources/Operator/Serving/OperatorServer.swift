public import HTTPServer
public import Telemetry

/// The two small servers of the operator: metrics for Prometheus, and probes for the kubelet.
public enum OperatorServer {
    /// `/metrics` in Prometheus' text format.
    public static func metrics(_ registry: MetricsRegistry) -> HTTPServer.Handler {
        { request in
            guard request.path == "/metrics" else { return .text("not found: try /metrics", status: 404) }
            guard isRead(request) else { return .text("method not allowed", status: 405) }
            return HTTPServer.Response(
                status: 200, headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
                body: .bytes(Array(registry.text().utf8)))
        }
    }

    /// `/healthz` answers 200 while the process answers at all, `/readyz` once the caches are filled: also
    /// on a standby, which fills them before it leads, so that a rollout of the operator does not wait for the lease.
    public static func probes(isReady: @escaping @Sendable () -> Bool) -> HTTPServer.Handler {
        { request in
            guard isRead(request) else { return .text("method not allowed", status: 405) }
            switch request.path {
            case "/healthz": return .text("ok")
            case "/readyz": return isReady() ? .text("ok") : .text("caches are not filled yet", status: 503)
            default: return .text("not found: try /healthz or /readyz", status: 404)
            }
        }
    }

    private static func isRead(_ request: HTTPServer.Request) -> Bool {
        request.method == "GET" || request.method == "HEAD"
    }
}
