import Base
import Telemetry

/// How a reconcile ended, as the controller sees it.
enum ReconcileOutcome {
    case success
    case requeueAfter(Duration)
    case failure(any Error)
    case terminal(any Error)
    /// The shutdown's grace period ran out.
    case cancelled
}

/// The `controller_runtime_*` metrics of one controller.
struct ControllerMetrics: Sendable {
    private let name: String
    private let total: Counter
    private let errors: Counter
    private let terminalErrors: Counter
    private let timeouts: Counter
    private let time: Histogram
    private let activeWorkers: Gauge

    init(name: String, maxConcurrent: Int, registry: MetricsRegistry) {
        self.name = name
        total = registry.counter(.reconcileTotal)
        errors = registry.counter(.reconcileErrorsTotal)
        terminalErrors = registry.counter(.terminalReconcileErrorsTotal)
        timeouts = registry.counter(.reconcileTimeoutsTotal)
        time = registry.histogram(.reconcileTimeSeconds)
        activeWorkers = registry.gauge(.activeWorkers)
        registry.gauge(.maxConcurrentReconciles).set(Double(maxConcurrent), [name])
        activeWorkers.set(0, [name])
    }

    func started() { activeWorkers.add(1, [name]) }

    func ended(_ outcome: ReconcileOutcome, after duration: Duration) {
        activeWorkers.add(-1, [name])
        time.observe(duration, [name])
        switch outcome {
        case .success: total.increment([name, "success"])
        case .requeueAfter: total.increment([name, "requeue_after"])
        case .failure(let error):
            total.increment([name, "error"])
            errors.increment([name])
            if error is TimedOut { timeouts.increment([name]) }
        case .terminal:
            total.increment([name, "error"])
            errors.increment([name])
            terminalErrors.increment([name])
        case .cancelled: break
        }
    }
}

extension MetricDescriptor {
    static let terminalReconcileErrorsTotal = MetricDescriptor(
        "controller_runtime_terminal_reconcile_errors_total",
        help: "Total number of terminal reconciliation errors per controller.", labels: ["controller"])
    static let reconcileTimeoutsTotal = MetricDescriptor(
        "controller_runtime_reconcile_timeouts_total",
        help: "Total number of reconciliations per controller that took longer than they may.",
        labels: ["controller"])
}
