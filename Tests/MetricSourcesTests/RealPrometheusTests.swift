import Base
import FoundationEssentials
import Glibc
import HTTPServer
import HTTPTransport
import KubeCore
import MetricSources
import TestSupport
import Testing

/// A real Prometheus on loopback that scrapes itself; skipped where none is installed.
@Suite(.enabled(if: ChildProcess.path(of: "prometheus") != nil), .timeLimit(.minutes(2)))
struct RealPrometheusTests {
    let transport = CurlTransport()

    @Test func queriesAreAnswered() async throws {
        try await withPrometheus { url in
            let endpoint = PrometheusEndpoint(url: url)
            func read(_ query: String) async throws -> MetricResult {
                try await PrometheusSource(endpoint, query: query, transport: transport).read()
            }
            #expect(try await read("vector(540.25)").samples.map(\.value) == [.success(540_250)])
            #expect(try await read("1e3 + 0.5").samples.map(\.value) == [.success(1_000_500)])
            #expect(try await read("0/0").samples.map(\.value) == [.failure(.notANumber)])
            #expect(try await read("-1/0").samples.map(\.value) == [.failure(.infinite(isNegative: true))])
            #expect(try await read("nothing_of_that_name").isEmpty)
            var scraped = try await read("up[1m]")
            while scraped.isEmpty {
                try await Task.sleep(for: .milliseconds(100))
                scraped = try await read("up[1m]")
            }
            #expect(scraped.samples.map(\.value) == [.success(1000)])
            let selector = try #require(PromQLSelector("up{job=\"self\"}"))
            let timed = PrometheusSource(
                endpoint, query: selector.query, timestampQuery: selector.timestampQuery, transport: transport)
            let sampleTime = try #require(try await timed.read().samples.first?.timestamp)
            let askedTime = try #require(try await read(selector.query).samples.first?.timestamp)
            let age = askedTime.since(sampleTime)
            #expect(age > .zero && age < .seconds(30), "scraped \(age) before it was asked for")
            let error = await #expect(throws: MetricSourceError.self) { _ = try await read("sum(") }
            #expect("\(try #require(error))".contains("bad_data: "))
        }
    }

    /// Values with every character that means something to PromQL or to RE2.
    private static let values = [
        "1", "11", "deepseek-v3.1", "deepseek-v3x1", "a|b", "(a)*+?", "[a-z]", "^1$", "{2}", "back\\slash", "qu\"ote'`",
        "line\nend", "深度求索", "\u{E9}", "e\u{301}", " ", "# no comment", "~!@%&=,;<>/_-",
    ]

    /// An exporter with timestamps of its own, so that the values and the times are the same whenever they are asked for.
    @Test func questionsThatAreMergedAreAnsweredAsAlone() async throws {
        func quoted(_ value: String) -> String {
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return "\"\(escaped.replacing("\n", with: "\\n"))\""
        }
        let scraped = time(nil) - 30
        let lines = Self.values.enumerated().flatMap { index, value in
            (0...index % 3).map { pod in
                "rps{model=\(quoted(value)),ns=\"\(index % 4)\",pod=\"\(pod)\"} \(index).5 \((scraped - index) * 1000 + pod)\n"
            }
        }
        try await withExporter(lines.joined()) { target in
            try await withPrometheus(target: target) { url in
                let counted = ScriptedTransport { request throws(TransportError) in try await transport.send(request) }
                let sources = (Self.values + ["nothing"]).enumerated().flatMap { index, value in
                    ["rps{model=\(quoted(value))}", "rps{model=\(quoted(value)),ns=\"\(index % 4)\"}"].map { query in
                        PrometheusSource(
                            PrometheusEndpoint(url: url), query: query, timestampQuery: "timestamp(\(query))",
                            transport: counted)
                    }
                }
                while try await sources[0].read().isEmpty { try await Task.sleep(for: .milliseconds(100)) }
                let alone = try await concurrentMap(sources, width: 8) { try await $0.read() }
                #expect(alone.map(\.isEmpty) == sources.indices.map { $0 >= Self.values.count * 2 })
                let asked = counted.requests.count
                let reader = MetricReader()
                let together = try await concurrentMap(sources, width: sources.count) {
                    try await reader.read($0, maxAge: .zero)
                }
                #expect(together == alone)
                #expect(counted.requests.count - asked <= 12, "merged")
            }
        }
    }

    /// Serves metrics on loopback.
    private func withExporter(_ metrics: String, _ body: (String) async throws -> Void) async throws {
        let server = try HTTPServer(HTTPServer.Configuration(host: "127.0.0.1", port: 0)) { _ in
            HTTPServer.Response(
                status: 200, headers: ["Content-Type": "text/plain; version=0.0.4"], body: .bytes(Array(metrics.utf8)))
        }
        let running = Task { try await server.run() }
        defer { running.cancel() }
        try await body("127.0.0.1:\(server.port)")
    }

    /// Runs `body` with the URL of a Prometheus of its own, which ends with it.
    ///
    /// - Parameter target: what it scrapes; nil: itself.
    private func withPrometheus(target: String? = nil, _ body: (String) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        let port = try freePort()
        let config = """
            global: {scrape_interval: 1s}
            scrape_configs:
              - job_name: self
                static_configs: [{targets: ['\(target ?? "127.0.0.1:\(port)")']}]
            """
        try Data(config.utf8).write(to: URL(filePath: "\(folder.path)/prometheus.yml"))
        let process = try ChildProcess(
            "prometheus",
            [
                "--config.file=\(folder.path)/prometheus.yml", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:\(port)",
            ], errors: "\(folder.path)/log")
        let url = "http://127.0.0.1:\(port)"
        let result: Result<Void, any Error>
        do {
            while try await !isReady(url) { try await Task.sleep(for: .milliseconds(100)) }
            try await body(url)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        process.terminate()
        _ = await process.wait()
        try result.get()
    }

    private func isReady(_ url: String) async throws -> Bool {
        do {
            return try await transport.send(HTTPRequest(url: "\(url)/-/ready", timeout: .seconds(5))).status == 200
        } catch {
            guard error.kind == .connect else { throw error }
            return false
        }
    }

    /// A port that was free a moment ago.
    private func freePort() throws -> UInt16 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(socket, pointer, length) == 0 && getsockname(socket, pointer, &length) == 0
            }
        }
        try #require(status)
        return UInt16(bigEndian: address.sin_port)
    }
}
