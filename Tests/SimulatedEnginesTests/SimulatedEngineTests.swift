import Base
import DeepSeekAPI
import Engines
import HTTPTransport
import KubeCore
import MetricSources
import SimulatedEngines
import TestSupport
import Testing

/// The servers, asked by the operator's own client and read by its own parser.
@Suite(.timeLimit(.minutes(1))) struct SimulatedEngineTests {
    private static let transport = CurlTransport()

    private static func withEngine(
        _ configuration: SimulatedEngine.Configuration,
        _ body: (SimulatedEngine, Task<Void, any Error>) async throws
            -> Void
    ) async throws {
        let engine = try SimulatedEngine(configuration)
        let running = Task { try await engine.run() }
        defer { running.cancel() }
        try await body(engine, running)
    }

    private static func request(_ engine: SimulatedEngine, tokens: Int, streams: Bool) -> HTTPRequest {
        let body = #"{"model":"m","prompt":"hi","max_tokens":\#(tokens),"stream":\#(streams)}"#
        return HTTPRequest(
            method: "POST", url: "http://127.0.0.1:\(engine.port)/v1/completions",
            headers: ["Content-Type": "application/json"], body: Array(body.utf8))
    }

    private static func reading(_ engine: SimulatedEngine, _ type: EngineType) async throws -> EngineReading {
        let metrics = try #require(inferenceEngine(type).metrics)
        return try await PodProbe(transport).read(
            metrics, address: PodAddress(ip: "127.0.0.1", port: Int(engine.port)))
    }

    @Test(arguments: zip(EngineKind.allCases, [EngineType.vllm, .sglang, .tensorRTLLM]))
    func eachKindIsReadByTheOperatorsNames(kind: EngineKind, type: EngineType) async throws {
        var configuration = SimulatedEngine.Configuration(kind, model: "m", tokenTime: .milliseconds(20))
        configuration.maxConcurrentSequences = 1
        try await Self.withEngine(configuration) { engine, _ in
            let answer = try await Self.transport.send(Self.request(engine, tokens: 3, streams: false))
            #expect(answer.status == 200)
            #expect(try await Self.reading(engine, type).inFlight == 0)
            // One runs, the other waits for its place.
            let first = try await Self.transport.stream(Self.request(engine, tokens: 100_000, streams: true))
            async let second = Self.transport.send(Self.request(engine, tokens: 1, streams: false))
            try await eventually("the second waits") { engine.load.waiting == 1 }
            let reading = try await Self.reading(engine, type)
            #expect(reading.running == 1 && reading.waiting == 1 && reading.kvCacheShare == 1)
            #expect(reading.requests == 1 && reading.latency?.count == 1)
            #expect(try #require(reading.timeToFirstToken?.quantile(0.99)) < 1)
            first.body.cancel()
            #expect(try await second.status == 200)
            #expect(engine.load.aborted == 1 && engine.load.running == 0)
            let probes = inferenceEngine(type).probes(EngineSpec(type: type, image: "i:v99.0"))
            let path = try #require(probes.readiness)
            let health = try await Self.transport.send(HTTPRequest(url: "http://127.0.0.1:\(engine.port)\(path)"))
            #expect(health.status == 200)
        }
    }

    /// What SIGTERM does to a stream: engines.md.
    @Test(arguments: [
        (EngineKind.vllm, Duration.zero, false), (.vllm, .seconds(30), true), (.sglang, .zero, true),
        (.tensorRTLLM, .zero, false),
    ])
    func sigtermDrainsOrCuts(kind: EngineKind, shutdownTimeout: Duration, isWhole: Bool) async throws {
        var configuration = SimulatedEngine.Configuration(kind, model: "m", tokenTime: .milliseconds(20))
        configuration.shutdownTimeout = shutdownTimeout
        try await Self.withEngine(configuration) { engine, running in
            let stream = try await Self.transport.stream(Self.request(engine, tokens: 20, streams: true))
            engine.terminate()
            let text = try? await stream.body.collect(maxBytes: 1 << 20)
            #expect((text != nil) == isWhole)
            if let text {
                let events = String(decoding: text, as: UTF8.self).split(separator: "\n\n")
                #expect(events.count == 21 && events.last == "data: [DONE]")
            }
            try await running.value
            // It listens no more.
            await #expect(throws: TransportError.self) {
                _ = try await Self.transport.send(Self.request(engine, tokens: 1, streams: false))
            }
        }
    }

    @Test func sigkillCutsWhatSigtermWaitsFor() async throws {
        let configuration = SimulatedEngine.Configuration(.sglang, model: "m", tokenTime: .milliseconds(20))
        try await Self.withEngine(configuration) { engine, running in
            let stream = try await Self.transport.stream(Self.request(engine, tokens: 100_000, streams: true))
            engine.terminate()
            engine.kill()
            await #expect(throws: TransportError.self) { try await stream.body.collect(maxBytes: 1 << 20) }
            try await running.value
        }
    }

    @Test func wrongRequestsAndFailuresAreTold() async throws {
        var configuration = SimulatedEngine.Configuration(.vllm, model: "other")
        try await Self.withEngine(configuration) { engine, _ in
            let answer = try await Self.transport.send(Self.request(engine, tokens: 1, streams: false))
            #expect(answer.status == 404)
        }
        configuration = .init(.vllm, model: "m")
        configuration.errorPercent = 100
        try await Self.withEngine(configuration) { engine, _ in
            let answer = try await Self.transport.send(Self.request(engine, tokens: 1, streams: false))
            let errors = try await Self.reading(engine, .vllm).errors
            #expect(answer.status == 500 && errors == 1)
        }
    }
}
