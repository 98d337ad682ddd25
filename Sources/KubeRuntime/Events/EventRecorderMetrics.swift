import Telemetry

/// Counts what becomes of events.
struct EventRecorderMetrics: Sendable {
    private let writes: Counter
    private let dropped: Counter

    init(registry: MetricsRegistry) {
        writes = registry.counter(.eventWritesTotal)
        dropped = registry.counter(.eventsDroppedTotal)
    }

    func wrote(isCreation: Bool) { writes.increment([isCreation ? "create" : "update"]) }
    func dropped(_ reason: EventCorrelator.DropReason, _ count: Int = 1) {
        dropped.increment([reason.rawValue], by: Double(count))
    }
}

extension MetricDescriptor {
    static let eventWritesTotal = MetricDescriptor(
        "event_writes_total", help: "Total number of events written. Operation is create or update (of a series).",
        labels: ["operation"])
    static let eventsDroppedTotal = MetricDescriptor(
        "events_dropped_total",
        help: "Total number of events and updates of series that were not written. "
            + "Reason is full, spam, rejected, failed or shutdown.",
        labels: ["reason"])
}
