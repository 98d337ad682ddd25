import DeepSeekAPI
import Engines
import HTTPTransport
import MetricSources
import Testing

@Suite struct PodProbeTests {
    private static let address = PodAddress(ip: "10.0.0.7", port: 8000)

    private static func probe(_ transport: ScriptedTransport, ip: String = "10.0.0.7") async throws -> EngineReading {
        let metrics = try #require(inferenceEngine(.tensorRTLLM).metrics)
        return try await PodProbe(transport).read(metrics, address: PodAddress(ip: ip, port: 8000))
    }

    @Test func anEngineIsAskedOnItsOwnPathWithoutAProxy() async throws {
        let transport = ScriptedTransport("trtllm_num_requests_running 2\ntrtllm_num_requests_waiting 1\n")
        #expect(try await Self.probe(transport).inFlight == 3)
        _ = try await Self.probe(transport, ip: "fd00::7")
        #expect(
            transport.requests.map(\.url) == [
                "http://10.0.0.7:8000/prometheus/metrics", "http://[fd00::7]:8000/prometheus/metrics",
            ])
        let request = try #require(transport.requests.first)
        #expect(request.proxy == .none && request.maxResponseBytes == 4 << 20 && request.timeout == .seconds(2))
    }

    @Test func whatIsNoAnswerIsAnError() async throws {
        for (transport, message) in [
            (ScriptedTransport(status: 503, ""), "status 503: the engine answers /prometheus/metrics so"),
            (
                ScriptedTransport("<html>"),
                "/prometheus/metrics is no Prometheus text: line 1: does not begin with a metric's name"
            ),
        ] {
            let error = await #expect(throws: MetricSourceError.self) { _ = try await Self.probe(transport) }
            #expect(error?.description == message)
        }
    }
}
