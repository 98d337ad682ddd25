import Base
import DeepSeekAPI
import HTTPServer
import KubeClient
import KubeCore
import Telemetry
import TestSupport
import Testing

/// A metric server that says what it is told to, in Prometheus' API.
final class FakePrometheus: Sendable {
    /// `NOW` in a body stands for the time of asking.
    private let answer = Lock<(status: Int, body: String)>((200, ""))
    /// What `timestamp(…)` answers, in seconds; `NOW` is the time of asking.
    private let sampleTime = Lock("NOW")
    private let delay = Lock(Duration.zero)

    init(rate: Int) { set(rate: rate) }

    func set(rate: Int) { set(value: "\(rate)") }

    /// Any sample value, such as `NaN`.
    func set(value: String) { set(status: 200, body: Self.vector(value)) }

    /// The exporter stands still: its samples keep the time that they have now.
    func freeze() { sampleTime.withLock { $0 = "\(Logger.systemTime() / 1_000_000_000)" } }
    func thaw() { sampleTime.withLock { $0 = "NOW" } }

    /// How long every answer takes.
    func set(delay: Duration) { self.delay.withLock { $0 = delay } }

    private static func vector(_ value: String) -> String {
        let result = #"[{"metric":{},"value":[NOW,"\#(value)"]}]"#
        return #"{"status":"success","data":{"resultType":"vector","result":\#(result)}}"#
    }

    func set(status: Int, body: String) { answer.withLock { $0 = (status, body) } }

    func withServer<Result: Sendable>(_ body: (String) async throws -> Result) async throws -> Result {
        try await HTTPServer.withServer(.init()) { [self] request in
            let isTime = String(decoding: request.body, as: UTF8.self).hasPrefix("query=timestamp")
            let (status, body) = isTime ? (200, Self.vector(sampleTime.withLock { $0 })) : answer.withLock { $0 }
            try? await Task.sleep(for: delay.withLock { $0 })
            let now = "\(Logger.systemTime() / 1_000_000_000)"
            return HTTPServer.Response(
                status: status, headers: ["Content-Type": "application/json"],
                body: .bytes(Array(body.replacing("NOW", with: now).utf8)))
        } body: { server in
            try await body("http://127.0.0.1:\(server.port)")
        }
    }
}

/// 540 requests a second at 180 a replica take one replica to three, and back.
@Suite struct AutoscalingSuiteTests {
    private static func spec(_ url: String, query: String = "sum(rate(requests_total[1m]))") -> String {
        minimalSpec + "\n" + """
            autoscaling:
              minReplicas: 1
              maxReplicas: 5
              syncPeriodSeconds: 1
              source:
                prometheus:
                  url: \(url)
                  queries: [{metric: api_requests_per_second, query: '\(query)'}]
              metrics:
              - type: External
                external:
                  metric: {name: api_requests_per_second}
                  target: {type: AverageValue, averageValue: "180"}
              behavior: {scaleDown: {stabilizationWindowSeconds: 2}}
            """
    }

    @Test(arguments: Backend.available)
    func replicasFollowTheLoad(backend: Backend) async throws {
        let scene = try await Scene(backend, "scaling")
        let prometheus = FakePrometheus(rate: 100)
        try await prometheus.withServer { url in
            try await scene.withOperator {
                try await scene.apply(Self.spec(url))
                try await scene.waitUntilReady(replicas: 1)
                prometheus.set(rate: 540)
                try await scene.waitUntilReady(replicas: 3)
                let status = try await scene.status()
                #expect(status.conditions?[type: "ScalingActive"]?.reason == "ValidMetricFound")
                #expect(status.autoscaling?.lastDecision?.final == 3)
                prometheus.set(rate: 100)
                try await scene.waitUntilReady(replicas: 1)
            }
        }
    }

    /// The same load, scraped from an exporter and asked for by a real Prometheus.
    @Test(.enabled(if: ChildProcess.path(of: "prometheus") != nil), arguments: Backend.available)
    func replicasFollowARealPrometheus(backend: Backend) async throws {
        let scene = try await Scene(backend, "prometheus")
        let exporter = Exporter(rate: 100)
        try await exporter.withPrometheus { url in
            try await scene.withOperator {
                try await scene.apply(Self.spec(url, query: "sum(api_requests_per_second)"))
                try await scene.waitUntilReady(replicas: 1)
                exporter.set(rate: 540)
                try await scene.waitUntilReady(replicas: 3)
                let status = try await scene.status()
                #expect(status.conditions?[type: "ScalingActive"]?.reason == "ValidMetricFound")
                exporter.set(rate: 100)
                try await scene.waitUntilReady(replicas: 1)
            }
        }
    }

    /// Metric trouble of any kind holds the replicas and says so.
    @Test(arguments: Backend.available)
    func troubleNeverScalesDown(backend: Backend) async throws {
        let scene = try await Scene(backend, "trouble")
        let prometheus = FakePrometheus(rate: 540)
        try await prometheus.withServer { url in
            try await scene.withOperator {
                try await scene.apply(Self.spec(url))
                try await scene.waitUntilReady(replicas: 3)
                let empty = #"{"status":"success","data":{"resultType":"vector","result":[]}}"#
                let troubles: [(Int, String)?] = [(500, "oh no"), (200, empty), (200, "not JSON"), nil]
                for trouble in troubles {
                    if let (status, body) = trouble {
                        prometheus.set(status: status, body: body)
                    } else {
                        prometheus.set(value: "-5")
                    }
                    try await scene.wait(for: "the trouble is told") {
                        $0.conditions?[type: "ScalingActive"]?.status == .false
                    }
                    #expect(try await scene.clusters.get("r1").spec.replicas == 3)
                    prometheus.set(rate: 540)
                    try await scene.wait(for: "the metric is back") {
                        $0.conditions?[type: "ScalingActive"]?.status == .true
                    }
                }
                #expect(try await scene.status().readyReplicas == 3)
            }
        }
    }
}
