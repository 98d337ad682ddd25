public import Telemetry

/// The `workqueue_*` metrics of one queue, under client-go's names.
public struct WorkQueueMetrics: WorkQueueObserver {
    private let labels: [String]
    private let depth: Gauge
    private let adds: Counter
    private let queueDuration: Histogram
    private let workDuration: Histogram
    private let retries: Counter

    /// - Parameter name: the queue's and its controller's name.
    public init(name: String, registry: MetricsRegistry) {
        labels = [name, name]
        depth = registry.gauge(.workQueueDepth)
        adds = registry.counter(.workQueueAddsTotal)
        queueDuration = registry.histogram(.workQueueDurationSeconds)
        workDuration = registry.histogram(.workQueueWorkDurationSeconds)
        retries = registry.counter(.workQueueRetriesTotal)
    }

    public func added(depth: Int) {
        adds.increment(labels)
        self.depth.set(Double(depth), labels)
    }

    public func depthChanged(_ depth: Int) { self.depth.set(Double(depth), labels) }

    public func taken(waited: Duration, depth: Int) {
        queueDuration.observe(waited, labels)
        self.depth.set(Double(depth), labels)
    }

    public func finished(workDuration: Duration) { self.workDuration.observe(workDuration, labels) }

    public func retried() { retries.increment(labels) }
}

extension RateLimitingQueue {
    /// Shows at every scrape how long the keys in work have been at it, so that a stuck reconcile can be seen while it
    /// is stuck.
    public func reportUnfinishedWork(name: String, to registry: MetricsRegistry) {
        registry.addCollector { [weak self] in
            guard let (total, longest) = self?.unfinishedWork() else { return [] }
            func gauge(_ descriptor: MetricDescriptor, _ value: Duration) -> MetricFamily {
                let labels = descriptor.labels.map { (name: $0, value: name) }
                return MetricFamily(
                    name: descriptor.name, help: descriptor.help, kind: .gauge,
                    samples: [.init(labels: labels, value: value / .seconds(1))])
            }
            return [
                gauge(.workQueueUnfinishedWorkSeconds, total),
                gauge(.workQueueLongestRunningProcessorSeconds, longest),
            ]
        }
    }
}
