import DeepSeekAPI
import KubeCore
import TestSupport
import Testing

@testable import Autoscaling
@testable import Operator

@Suite struct ScalingMemoryTests {
    private static let cluster = DeepSeekCluster(
        metadata: ObjectMeta(name: "r1", namespace: "default"),
        spec: DeepSeekClusterSpec(
            model: ModelSpec(name: "r1"), engine: EngineSpec(type: .vllm, image: "vllm/vllm-openai:v0.33.0")))

    private static let target = MetricTarget(name: "rps", target: .averageValue(milli: 180_000))

    /// Nobody's window ends, and none gets longer, because a clock was set.
    @Test(arguments: [Duration.zero, .seconds(3600), .seconds(-3600), .seconds(30 * 86_400), .seconds(-30 * 86_400)])
    func stabilizationLastsAsLongWhateverTheWallClockDoes(jump: Duration) {
        let clock = ManualClock()
        let memory = ScalingMemory(clock: clock)
        let autoscaler = Autoscaler(AutoscalerPolicy(minReplicas: 1, maxReplicas: 10, metrics: [Self.target]))
        let start = Timestamp(seconds: 1_800_000_000)
        func tick(_ rate: Int64, after elapsed: Duration, clockSetBy jump: Duration) -> Int32 {
            let now = start + elapsed + jump
            var state = memory.state(of: Self.cluster, now: now)
            let sample = Autoscaling.MetricSample(value: .milli(rate * 1000), timestamp: now)
            let decision = autoscaler.decide(
                Observation(
                    now: now, specReplicas: 3, statusReplicas: 3, readyReplicas: 3, readings: [.samples([sample])]),
                state: &state)
            memory.store(state, of: Self.cluster)
            return decision.replicas
        }
        #expect(tick(540, after: .zero, clockSetBy: .zero) == 3)
        clock.advance(by: .seconds(10))
        #expect(tick(180, after: .seconds(10), clockSetBy: jump) == 3)
        clock.advance(by: .seconds(280))
        #expect(tick(180, after: .seconds(290), clockSetBy: jump) == 3)
        clock.advance(by: .seconds(15))
        #expect(tick(180, after: .seconds(305), clockSetBy: jump) == 1)
    }

    /// Values reach the status every 30 s by the monotonic clock, and the first that can be read at once.
    @Test func valuesArePublishedEveryThirtySecondsWhateverTheWallClockDoes() {
        let clock = ManualClock()
        let memory = ScalingMemory(clock: clock)
        func publish(_ rate: Int64?, after seconds: Int, wall: Int64) -> String? {
            clock.advance(by: .seconds(seconds))
            var decision = Decision(
                replicas: 1, currentReplicas: 1, conditions: [], events: [], trace: DecisionTrace(final: 1))
            var trace = MetricTrace(name: "rps")
            trace.usageMilli = rate.map { $0 * 1000 }
            decision.trace.metrics = [trace]
            let report = memory.report(
                decision, conditions: [], isRescaled: false, at: Timestamp(seconds: wall),
                of: Self.cluster.namespacedName)
            return report.status.currentMetrics?.first?.value?.description
        }
        #expect(publish(nil, after: 0, wall: 1000) == nil)
        #expect(publish(100, after: 5, wall: 1005) == "100")
        #expect(publish(200, after: 5, wall: 90_000) == "100")
        #expect(publish(300, after: 5, wall: 10) == "100")
        #expect(publish(400, after: 20, wall: 30) == "400")
        // A tenth more or less is noise, and is held against what was published, so that a drift shows.
        #expect(publish(440, after: 30, wall: 60) == "400")
        #expect(publish(441, after: 30, wall: 90) == "441")
        #expect(publish(0, after: 30, wall: 120) == "0")
        #expect(publish(1, after: 30, wall: 150) == "1")
    }

    /// Noise swings the reasons with every tick; a write for each would be one a second. That scaling ceases to work is
    /// told at once.
    @Test func noiseInConditionsWaitsAndFailureDoesNot() {
        let clock = ManualClock()
        let memory = ScalingMemory(clock: clock)
        func publish(_ type: String, _ status: Condition.Status, _ reason: String) -> String? {
            clock.advance(by: .seconds(1))
            let decision = Decision(
                replicas: 3, currentReplicas: 3, conditions: [], events: [], trace: DecisionTrace(final: 3))
            let report = memory.report(
                decision, conditions: [Condition(type: type, status: status, reason: reason, message: "")],
                isRescaled: false, at: Timestamp(seconds: 1), of: Self.cluster.namespacedName)
            return report.conditions[type: type]?.reason
        }
        #expect(publish("ScalingLimited", .false, "DesiredWithinRange") == "DesiredWithinRange")
        #expect(publish("ScalingLimited", .true, "TooFewReplicas") == "DesiredWithinRange")
        #expect(publish("AbleToScale", .true, "ReadyForNewScale") == "ReadyForNewScale")
        #expect(publish("ScalingActive", .true, "ValidMetricFound") == "ValidMetricFound")
        #expect(publish("ScalingActive", .false, "FailedGetExternalMetric") == "FailedGetExternalMetric")
        #expect(publish("ScalingActive", .false, "InvalidMetricSourceType") == "InvalidMetricSourceType")
        clock.advance(by: .seconds(30))
        #expect(publish("ScalingLimited", .true, "TooFewReplicas") == "TooFewReplicas")
    }

    @Test func aWarningIsToldOnceAsLongAsItLasts() {
        let memory = ScalingMemory(clock: ManualClock())
        let key = Self.cluster.namespacedName
        _ = memory.state(of: Self.cluster, now: Timestamp(seconds: 1))
        func warning(_ message: String) -> [AutoscalerEvent] {
            [AutoscalerEvent(type: .warning, reason: "FailedGetExternalMetric", message: message)]
        }
        #expect(memory.news(among: warning("121 s old"), of: key).count == 1)
        #expect(memory.news(among: warning("126 s old"), of: key).isEmpty)
        #expect(memory.news(among: [], of: key).isEmpty)
        #expect(memory.news(among: warning("121 s old"), of: key).count == 1)
    }
}
