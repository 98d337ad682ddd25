import KubeCore
import Telemetry
import Testing

@testable import Autoscaling
@testable import Operator

@Suite struct ScalingMetricsTests {
    private static func decision(_ replicas: Int32, isActive: Bool = true) -> Decision {
        var rps = MetricTrace(name: "rps")
        rps.proposal = 5
        var broken = MetricTrace(name: "broken")
        broken.failure = "refused"
        var trace = DecisionTrace(final: replicas)
        trace.metrics = [rps, broken]
        return Decision(
            replicas: replicas, currentReplicas: 3,
            conditions: [
                Condition(
                    type: "ScalingActive", status: isActive ? .true : .false,
                    reason: isActive ? "ValidMetricFound" : "FailedGetExternalMetric", message: "")
            ], events: [], trace: trace)
    }

    @Test(
        arguments: [
            (5, true, false, ["scale_up", "none"]), (1, true, false, ["scale_down", "none"]),
            (3, true, false, ["none", "none"]), (3, false, false, ["none", "internal"]),
            (5, true, true, ["none", "internal"]),
        ] as [(Int32, Bool, Bool, [String])])
    func decisionsAreCountedAsHPAsAre(replicas: Int32, isActive: Bool, isFailed: Bool, labels: [String]) {
        let registry = MetricsRegistry()
        ScalingMetrics(registry).observe(
            Self.decision(replicas, isActive: isActive), isFailed: isFailed, after: .milliseconds(20))
        #expect(registry.counter(.hpaReconciliationsTotal).value(labels) == 1)
        #expect(registry.histogram(.hpaReconciliationDurationSeconds).count(labels) == 1)
        #expect(registry.counter(.hpaMetricComputationTotal).value(["scale_up", "none", "External"]) == 1)
        #expect(registry.counter(.hpaMetricComputationTotal).value(["none", "internal", "External"]) == 1)
    }
}
