internal import Migration
internal import Telemetry

/// What migrations do, counted over all clusters.
struct MigrationMetrics: Sendable {
    private let transitions: Counter
    private let gates: Counter

    init(_ registry: MetricsRegistry) {
        transitions = registry.counter(
            MetricDescriptor(
                "deepseek_operator_migration_transitions_total",
                help: "Steps that migrations took, each by what moved it on.", labels: ["from", "trigger", "to"]))
        gates = registry.counter(
            MetricDescriptor(
                "deepseek_operator_migration_gate_results_total", help: "Results of the gates of migrations.",
                labels: ["gate", "outcome"]))
    }

    func count(_ arrows: [Transition]) {
        for arrow in arrows { transitions.increment([arrow.from.rawValue, arrow.trigger.rawValue, arrow.to.rawValue]) }
    }

    func count(_ result: GateResult) { gates.increment([result.gate.kind.rawValue, result.outcome.rawValue]) }
}
