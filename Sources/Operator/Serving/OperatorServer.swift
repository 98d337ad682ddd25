internal import HTTPServer
internal import KubeCore
internal import Telemetry

/// The two small servers of the operator: metrics for Prometheus, and probes for the kubelet.
enum OperatorServer {
    /// `/metrics` in Prometheus' text format, and `/debug/decisions?namespace=&name=` in JSON: what the autoscaler decided
    /// last and why.
    static func metrics(_ registry: MetricsRegistry, decisions: DecisionJournal) -> HTTPServer.Handler {
        { request in
            guard isRead(request) else { return .text("method not allowed", status: 405) }
            switch request.path {
            case "/metrics":
                return HTTPServer.Response(
                    status: 200, headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
                    body: .bytes(Array(registry.text().utf8)))
            case "/debug/decisions": return answer(request, decisions)
            default: return .text("not found: try /metrics or /debug/decisions", status: 404)
            }
        }
    }

    private static func answer(_ request: HTTPServer.Request, _ decisions: DecisionJournal) -> HTTPServer.Response {
        guard let items = request.queryItems else { return .text("the query is malformed", status: 400) }
        func value(_ name: String) -> String? { items.first { $0.name == name && !$0.value.isEmpty }?.value }
        do {
            let records = decisions.records(namespace: value("namespace"), name: value("name"))
            return HTTPServer.Response(
                status: 200, headers: ["Content-Type": "application/json"],
                body: .bytes(try JSONValue(encoding: records).serialized()))
        } catch {
            return .text("the decisions cannot be written as JSON: \(error)", status: 500)
        }
    }

    /// `/healthz` answers 200 while the process answers at all, `/readyz` once the caches are filled: also
    /// on a standby, which fills them before it leads, so that a rollout of the operator does not wait for the lease.
    static func probes(isReady: @escaping @Sendable () -> Bool) -> HTTPServer.Handler {
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
