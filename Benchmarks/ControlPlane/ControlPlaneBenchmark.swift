import Base
import ClusterSimulator
import HTTPServer
import KubeCore
import Telemetry

/// A simulated control plane with many DeepSeekClusters, and their Prometheus, for an operator that runs beside it.
///
/// Writes the operator's kubeconfig, prints the address of the control server, and runs until it is killed. The control
/// server answers `/seed`, `/ready`, `/writes`, `/queries`, `/sync?seconds=N` and `/latency?seconds=N`, and Prometheus'
/// `/api/v1/query`.
@main
enum ControlPlaneBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let clusters = Int(arguments[2]), let period = Int(arguments[3]) else {
            return print("usage: bench-control-plane KUBECONFIG-TO-WRITE CLUSTERS SYNC-PERIOD-SECONDS")
        }
        let world = try BenchmarkWorld(kubeconfig: arguments[1])
        let prometheus = BenchmarkPrometheus(clusters: clusters)
        let control = try HTTPServer(HTTPServer.Configuration(host: "127.0.0.1", port: 0)) { request in
            do {
                switch request.path {
                case "/api/v1/query": return prometheus.answer(request)
                case "/seed":
                    let url = "http://" + (request.headers["host"] ?? "")
                    try world.seed(clusters: clusters, syncPeriod: period, prometheus: url)
                    return json([:])
                case "/ready": return json(["ready": JSONValue(try world.readyClusters())])
                case "/writes": return json(.object(world.writes.mapValues { JSONValue($0) }))
                case "/queries": return json(["queries": JSONValue(prometheus.queries)])
                case "/sync":
                    try world.setSyncPeriod(number("seconds", of: request), clusters: clusters)
                    return json([:])
                case "/latency":
                    let seconds = number("seconds", of: request)
                    let latency = ScalingLatency(world: world, prometheus: prometheus, clusters: clusters)
                    return json(try await latency.measure(spread: .seconds(seconds)).json)
                default: return .text("not found", status: 404)
                }
            } catch {
                return .text("\(error)", status: 500)
            }
        }
        FileDescriptorSink(1).write(Array("http://127.0.0.1:\(control.port)\n".utf8))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.server.run() }
            group.addTask { try await world.controllers.run() }
            group.addTask { try await control.run() }
            try await group.next()
            group.cancelAll()
        }
    }

    /// 0 where there is none.
    private static func number(_ name: String, of request: HTTPServer.Request) -> Int {
        request.queryItems?.first { $0.name == name }.flatMap { Int($0.value) } ?? 0
    }

    private static func json(_ value: JSONValue) -> HTTPServer.Response {
        HTTPServer.Response(
            status: 200, headers: ["Content-Type": "application/json"], body: .bytes(value.serialized()))
    }
}
