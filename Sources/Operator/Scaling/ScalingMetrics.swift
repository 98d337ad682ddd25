internal import Autoscaling
internal import KubeCore
internal import Telemetry

/// Counts decisions under the names that kube-controller-manager has for those of its HPA controller, so that dashboards
/// and alerts made for the one show the other.
struct ScalingMetrics: Sendable {
    private let reconciliations: Counter
    private let durations: Histogram
    private let computations: Counter

    init(_ registry: MetricsRegistry) {
        reconciliations = registry.counter(.hpaReconciliationsTotal)
        durations = registry.histogram(.hpaReconciliationDurationSeconds)
        computations = registry.counter(.hpaMetricComputationTotal)
    }

    /// - Parameters:
    ///   - isFailed: the replicas could not be written.
    ///   - duration: from the beginning of the tick, its metrics included.
    func observe(_ decision: Decision, isFailed: Bool, after duration: Duration) {
        let active = decision.conditions[type: AutoscalerCondition.scalingActive]
        let isBlind = active?.status == .false && active?.reason != "ScalingDisabled"
        let labels = [
            isFailed ? "none" : Self.action(decision.replicas, from: decision.currentReplicas),
            isFailed || isBlind ? "internal" : "none",
        ]
        reconciliations.increment(labels)
        durations.observe(duration, labels)
        for metric in decision.trace.metrics {
            let action = Self.action(metric.proposal ?? decision.currentReplicas, from: decision.currentReplicas)
            computations.increment([action, metric.failure == nil ? "none" : "internal", "External"])
        }
    }

    private static func action(_ replicas: Int32, from current: Int32) -> String {
        replicas > current ? "scale_up" : replicas < current ? "scale_down" : "none"
    }
}

extension MetricDescriptor {
    static let hpaReconciliationsTotal = MetricDescriptor(
        "horizontal_pod_autoscaler_controller_reconciliations_total",
        help: "Number of autoscaling decisions. Action is scale_down, scale_up or none, error is internal or none.",
        labels: ["action", "error"])
    static let hpaReconciliationDurationSeconds = MetricDescriptor(
        "horizontal_pod_autoscaler_controller_reconciliation_duration_seconds",
        help: "Time of an autoscaling decision from reading its metrics to writing the replicas.",
        labels: ["action", "error"], buckets: (0..<15).map { 0.001 * Double(1 << $0) })
    static let hpaMetricComputationTotal = MetricDescriptor(
        "horizontal_pod_autoscaler_controller_metric_computation_total",
        help: "Number of times that a metric was used for a decision, and what it alone asked for.",
        labels: ["action", "error", "metric_type"])
}
