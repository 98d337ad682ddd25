import Autoscaling
import Base
import DeepSeekAPI
import HTTPTransport
import KubeCore
import TestSupport
import Testing

@testable import Operator

@Suite struct GuardReaderTests {
    static let cluster = DeepSeekCluster(
        metadata: ObjectMeta(name: "r1", namespace: "default"),
        spec: DeepSeekClusterSpec(model: ModelSpec(name: "r1"), engine: EngineSpec(type: .vllm, image: "i")))

    static func pod(_ index: Int, isReady: Bool = true) -> Pod {
        var pod = PodStartsTests.pod("uid-\(index)", ready: isReady ? 100 : nil)
        pod.status?.podIP = "10.0.0.\(index)"
        return pod
    }

    /// Answers of pods by their number; nil is silence.
    struct Pods: Transport {
        var answer: @Sendable (Int) -> String?

        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            let host = request.url.dropFirst("http://".count).prefix { $0 != ":" }
            guard request.url.hasSuffix(":8000/metrics"), let index = Int(host.split(separator: ".").last ?? ""),
                let text = answer(index)
            else { throw TransportError(.timeout, "no answer from \(host)") }
            return HTTPResponse(status: 200, body: Array(text.utf8))
        }

        func stream(_ request: HTTPRequest) async throws(TransportError) -> StreamedResponse {
            throw TransportError(.other, "nothing streams here")
        }
    }

    static func text(running: Int, waiting: Int, share: Double = 0.5, slow: Int = 0, total: Int = 0) -> String {
        """
        vllm:num_requests_running{model_name="m"} \(running)
        vllm:num_requests_waiting{model_name="m"} \(waiting)
        vllm:kv_cache_usage_perc{model_name="m"} \(share)
        vllm:time_to_first_token_seconds_bucket{le="1"} \(total - slow)
        vllm:time_to_first_token_seconds_bucket{le="4"} \(total)
        vllm:time_to_first_token_seconds_bucket{le="+Inf"} \(total)

        """
    }

    static let guards = GuardSpec.Metric.allCases.map { GuardSpec(metric: $0, max: 1) }

    private func read(
        _ reader: GuardReader, pods: [Pod], _ guards: [GuardSpec] = Self.guards
    ) async -> [GuardReading] {
        await reader.read(guards, of: Self.cluster, pods: pods, timeout: .seconds(1)).readings
    }

    @Test func loadsAreAddedOverReadyPods() async {
        let reader = GuardReader(transport: Pods { Self.text(running: $0, waiting: 2) })
        let readings = await read(reader, pods: [Self.pod(1), Self.pod(3), Self.pod(9, isReady: false)])
        #expect(
            readings == [
                .shared(sumMilli: 8000, pods: 2), .shared(sumMilli: 4000, pods: 2),
                .shared(sumMilli: 100_000, pods: 2), .none,
            ])
    }

    @Test func podsThatDoNotAnswerAreLeftOutAndAllOfThemAreAFailure() async {
        let reader = GuardReader(transport: Pods { $0 == 1 ? nil : Self.text(running: 5, waiting: 0) })
        #expect(await read(reader, pods: [Self.pod(1), Self.pod(2)]).first == .shared(sumMilli: 5000, pods: 1))
        guard case .failed(let cause) = await read(reader, pods: [Self.pod(1)]).first else {
            Issue.record("not a failure")
            return
        }
        #expect(cause.contains("no answer"))
    }

    @Test func whereNothingServesThereIsNothingToSay() async {
        let reader = GuardReader(transport: Pods { _ in nil })
        #expect(await read(reader, pods: [Self.pod(1, isReady: false)]) == [.none, .none, .none, .none])
    }

    @Test func onlySomeOfManyPodsAreRead() async {
        let reader = GuardReader(transport: Pods { _ in Self.text(running: 2, waiting: 0) })
        let readings = await read(reader, pods: (1...200).map { Self.pod($0) })
        #expect(readings.first == .shared(sumMilli: 64_000, pods: 32))
    }

    /// What was slow an hour ago is not slow now.
    @Test func latenciesAreThoseOfTheLastMinute() async {
        let clock = ManualClock()
        let slow = Base.Lock(1000)
        let total = Base.Lock(1000)
        let reader = GuardReader(
            transport: Pods { _ in
                Self.text(running: 0, waiting: 0, slow: slow.withLock { $0 }, total: total.withLock { $0 })
            }, clock: clock)
        let guards = [GuardSpec(metric: .timeToFirstTokenMilliseconds, max: 1)]
        #expect(await read(reader, pods: [Self.pod(1)], guards) == [.none])
        total.withLock { $0 = 1100 }
        clock.advance(by: .seconds(5))
        #expect(await read(reader, pods: [Self.pod(1)], guards) == [.whole(milli: 900_000)])
        slow.withLock { $0 = 1100 }
        total.withLock { $0 = 1200 }
        clock.advance(by: .seconds(5))
        // 100 took up to 1 s, 100 up to 4: the 90th percentile lies at 1 + 3 x 0.8.
        #expect(await read(reader, pods: [Self.pod(1)], guards) == [.whole(milli: 3_400_000)])
        for _ in 0..<3 {
            clock.advance(by: .seconds(31))
            _ = await read(reader, pods: [Self.pod(1)], guards)
        }
        #expect(await read(reader, pods: [Self.pod(1)], guards) == [.none])
    }

    @Test func anEngineWithoutMetricsIsAFailure() async {
        var cluster = Self.cluster
        cluster.spec.engine.type = .custom
        let reader = GuardReader(transport: Pods { _ in nil })
        let readings = await reader.read(Self.guards, of: cluster, pods: [Self.pod(1)], timeout: .seconds(1)).readings
        #expect(readings.first == .failed("the engine custom does not tell its load"))
    }
}
