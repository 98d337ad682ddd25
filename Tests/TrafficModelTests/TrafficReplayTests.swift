import Autoscaling
import Base
import KubeCore
import Testing
import TrafficModel

@Suite struct TrafficReplayTests {
    /// A pod that serves exactly ten requests a second, each with its first token after 10 ms.
    static let speed = ServingSpeed(
        prefillBase: 0.01, prefillPerToken: 0, stepBase: 0.09, stepPerSequence: 0, maxConcurrent: 1, gpus: 2)

    static func trace(_ rates: [(seconds: Int, rate: Double)]) -> TrafficTrace {
        TrafficTrace(
            seconds: rates.flatMap { part in
                let second = TrafficSecond(requests: part.rate, promptTokens: 100, generatedTokens: 1)
                return Array(repeating: second, count: part.seconds)
            })
    }

    static func settings(load: Int = 120, initial: Int = 1) -> TrafficReplay.Settings {
        TrafficReplay.Settings(speed: speed, loadSeconds: load, initialReplicas: initial)
    }

    static func autoscaler(_ deviations: HPADeviations = .strict, max: Int32 = 20) -> AutoscalerRule {
        let policy = AutoscalerPolicy(
            maxReplicas: max, metrics: [MetricTarget(name: "rps", target: .averageValue(milli: 8000))],
            deviations: deviations)
        return AutoscalerRule(name: "hpa", policy: policy, syncSeconds: 15)
    }

    /// Keeps what there is.
    struct Fixed: ScalingRule {
        var name = "fixed"
        var syncSeconds = 15
        mutating func decide(_ view: FleetView) -> Int { view.replicas }
    }

    @Test func enoughPodsServeAtOnce() throws {
        let report = TrafficReplay(Self.settings(initial: 2)).run(Self.trace([(600, 16)]), rule: Fixed())
        #expect(report.overSLO == 0 && report.unserved == 0)
        #expect(report.requests == 9600)
        #expect(report.gpuSeconds == 600 * 2 * 2)
        #expect(report.peakReplicas == 2 && report.scaleUps == 0 && report.scaleDowns == 0)
        #expect(try #require(report.p99) < 0.02)
    }

    /// 11 a second on a pod for 10: the queue grows by one a second, which takes 0.1 s to serve.
    @Test func aQueueGrowsByWhatIsNotServed() throws {
        let report = TrafficReplay(Self.settings()).run(Self.trace([(300, 11)]), rule: Fixed())
        #expect(abs(report.unserved - 300) < 1e-6)
        // The k-th request is served in second k / 10 and came in second k / 11.
        let late = (0..<3000).count { $0 / 10 - $0 / 11 >= 3 }
        #expect(abs(report.overSLO - report.unserved - Double(late)) < 1e-6)
        #expect((26...28).contains(try #require(report.p99)))
    }

    @Test func clientsGiveUp() {
        let report = TrafficReplay(Self.settings(initial: 0)).run(Self.trace([(100, 5), (100, 0)]), rule: Fixed())
        #expect(report.unserved == 500 && report.overSLO == 500)
        #expect(report.p50 == nil)
    }

    @Test func aStepIsOverTheSLOWhilePodsLoad() throws {
        let step = Self.trace([(600, 8), (900, 64)])
        let slow = TrafficReplay(Self.settings()).run(step, rule: Self.autoscaler())
        let quick = TrafficReplay(Self.settings(load: 0)).run(step, rule: Self.autoscaler())
        let instant = TrafficReplay(Self.settings()).run(step, rule: InstantRule(target: 8, bounds: 1...20))
        #expect(slow.overSLO > instant.overSLO && instant.overSLO > 0)
        #expect(quick.overSLO < slow.overSLO)
        #expect(slow.scaleUps > 1 && instant.scaleUps == 1)
        #expect(slow.peakReplicas >= 8)
    }

    @Test func whatIsScaledDownDrainsAndIsPaidFor() {
        let falling = Self.trace([(10, 16), (1000, 0)])
        let report = TrafficReplay(Self.settings(initial: 2)).run(
            falling, rule: InstantRule(target: 8, bounds: 0...2, holdSeconds: 5))
        #expect(report.scaleDowns == 1)
        // 211 tokens of 90 ms each: 19 s.
        #expect(report.gpuSeconds == Double((10 + 4 + 19) * 2 * 2))
    }

    /// Requests are served or lost, whatever the rule and the load do; and the same input gives the same report.
    @Test func requestsAreNeitherMadeNorLost() {
        for seed in (0..<40).map({ _ in UInt64.random(in: 0...(.max)) }) {
            var random = SplitMix64(seed: seed)
            let parts = (0..<20).map { _ in
                (seconds: Int.random(in: 1...120, using: &random), rate: Double.random(in: 0...150, using: &random))
            }
            let trace = Self.trace(parts)
            let settings = Self.settings(
                load: .random(in: 0...300, using: &random), initial: .random(in: 0...9, using: &random))
            let report = TrafficReplay(settings).run(trace, rule: Self.autoscaler(.standard))
            #expect(abs(report.requests - trace.requests) < 1e-6 * max(trace.requests, 1), "seed \(seed)")
            #expect(report.unserved <= report.overSLO + 1e-6, "seed \(seed)")
            #expect(report.overSLO <= report.requests + 1e-6, "seed \(seed)")
            #expect(report == TrafficReplay(settings).run(trace, rule: Self.autoscaler(.standard)), "seed \(seed)")
        }
    }

    /// With the same rule of thumb, more pods never serve worse.
    @Test func morePodsServeNoWorse() {
        for seed in (0..<20).map({ _ in UInt64.random(in: 0...(.max)) }) {
            var random = SplitMix64(seed: seed)
            let trace = Self.trace(
                (0..<20).map { _ in
                    (seconds: Int.random(in: 1...120, using: &random), rate: Double.random(in: 0...60, using: &random))
                })
            let misses = (0..<7).map { pods in
                TrafficReplay(Self.settings(initial: pods)).run(trace, rule: Fixed()).overSLO
            }
            #expect(zip(misses, misses.dropFirst()).allSatisfy { $0 >= $1 - 1e-6 }, "seed \(seed): \(misses)")
        }
    }
}
