import Telemetry

/// Counts a watcher's requests and failures.
struct WatcherMetrics: Sendable {
    private let resource: String
    private let lists: Counter
    private let watches: Counter
    private let failures: Counter

    init(resource: String, registry: MetricsRegistry) {
        self.resource = resource
        lists = registry.counter(.reflectorListsTotal)
        watches = registry.counter(.reflectorWatchesTotal)
        failures = registry.counter(.reflectorFailuresTotal)
    }

    func listed() { lists.increment([resource]) }
    func watched() { watches.increment([resource]) }
    func failed(_ reason: String) { failures.increment([resource, reason]) }
}

extension MetricDescriptor {
    static let reflectorListsTotal = MetricDescriptor(
        "reflector_lists_total", help: "Total number of lists that a reflector began.", labels: ["resource"])
    static let reflectorWatchesTotal = MetricDescriptor(
        "reflector_watches_total", help: "Total number of watches that a reflector began, streaming lists included.",
        labels: ["resource"])
    static let reflectorFailuresTotal = MetricDescriptor(
        "reflector_failures_total",
        help: "Total number of lists and watches that failed. Reason is expired, refused or error.",
        labels: ["resource", "reason"])
    static let reflectorObjects = MetricDescriptor(
        "reflector_objects", help: "Number of objects in a reflector's store.", labels: ["resource"])
}
