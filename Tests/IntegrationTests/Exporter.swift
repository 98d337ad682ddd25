import Base
import HTTPServer
import TestSupport

/// An exporter of one gauge, and a real Prometheus that scrapes it every second.
final class Exporter: Sendable {
    private let rate: Lock<Int>

    init(rate: Int) { self.rate = Lock(rate) }

    func set(rate: Int) { self.rate.withLock { $0 = rate } }

    /// Runs `body` with the URL of the Prometheus, which ends with it. It may not answer yet.
    func withPrometheus(_ body: (String) async throws -> Void) async throws {
        try await HTTPServer.withServer(.init()) { [self] _ in
            let text = "# TYPE api_requests_per_second gauge\napi_requests_per_second \(rate.withLock { $0 })\n"
            return HTTPServer.Response(
                status: 200, headers: ["Content-Type": "text/plain; version=0.0.4"], body: .bytes(Array(text.utf8)))
        } body: { server in
            let folder = try TemporaryFolder()
            let port = try freePorts(1)[0]
            let configuration = """
                global: {scrape_interval: 1s}
                scrape_configs:
                - job_name: exporter
                  static_configs: [{targets: ['127.0.0.1:\(server.port)']}]
                """
            let process = try await ServerProcess.start(
                "prometheus",
                [
                    "--config.file=\(try folder.write("prometheus.yml", configuration))",
                    "--storage.tsdb.path=\(folder.path("data"))", "--web.listen-address=127.0.0.1:\(port)",
                ], log: folder.path("log"))
            do {
                try await body("http://127.0.0.1:\(port)")
            } catch {
                try await process.kill()
                throw error
            }
            try await process.kill()
        }
    }
}
