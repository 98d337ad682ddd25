internal import Base

/// Every metric of the process, and their text for Prometheus.
///
/// Asking twice for a metric gives the same one, so that components need not know of each other. Asking for it as
/// another kind, or with other labels or buckets, is a mistake in the program and stops it.
public final class MetricsRegistry: Sendable {
    private enum Metric {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)

        var descriptor: MetricDescriptor {
            switch self {
            case .counter(let counter): counter.table.descriptor
            case .gauge(let gauge): gauge.table.descriptor
            case .histogram(let histogram): histogram.table.descriptor
            }
        }
    }

    private struct State {
        var metrics: [String: Metric] = [:]
        var collectors: [@Sendable () -> [MetricFamily]] = []
    }

    private let state = Lock(State())
    private let maximumSeries: Int

    /// - Parameter maximumSeries: how many series one metric may have before new ones go to `_overflow`.
    public init(maximumSeries: Int = 10_000) { self.maximumSeries = maximumSeries }

    public func counter(_ descriptor: MetricDescriptor) -> Counter {
        let metric = registered(descriptor) {
            .counter(Counter(table: SeriesTable(descriptor, limit: maximumSeries, empty: 0)))
        }
        guard case .counter(let counter) = metric else { preconditionFailure("\(descriptor.name) is no counter") }
        return counter
    }

    public func gauge(_ descriptor: MetricDescriptor) -> Gauge {
        let metric = registered(descriptor) {
            .gauge(Gauge(table: SeriesTable(descriptor, limit: maximumSeries, empty: 0)))
        }
        guard case .gauge(let gauge) = metric else { preconditionFailure("\(descriptor.name) is no gauge") }
        return gauge
    }

    public func histogram(_ descriptor: MetricDescriptor) -> Histogram {
        let metric = registered(descriptor) { .histogram(Histogram(descriptor, limit: maximumSeries)) }
        guard case .histogram(let histogram) = metric else { preconditionFailure("\(descriptor.name) is no histogram") }
        return histogram
    }

    /// Adds a source of families that is asked at every scrape, for numbers that live elsewhere. Families of one name
    /// are joined; a series given twice keeps its first value.
    public func addCollector(_ collect: @escaping @Sendable () -> [MetricFamily]) {
        state.withLock { $0.collectors.append(collect) }
    }

    /// The present state as Prometheus text 0.0.4. Families go by name and series by label values, so that the same
    /// state gives the same bytes.
    public func text() -> String {
        let (metrics, collectors) = state.withLock { ($0.metrics.values.map { $0 }, $0.collectors) }
        var families = metrics.map(Self.family)
        for collect in collectors { families += collect() }
        return PrometheusText.write(families)
    }

    private func registered(_ descriptor: MetricDescriptor, make: () -> Metric) -> Metric {
        state.withLock { state in
            if let metric = state.metrics[descriptor.name] {
                precondition(
                    metric.descriptor.labels == descriptor.labels && metric.descriptor.buckets == descriptor.buckets,
                    "\(descriptor.name) is registered with other labels or buckets")
                return metric
            }
            let metric = make()
            state.metrics[descriptor.name] = metric
            return metric
        }
    }

    private static func family(_ metric: Metric) -> MetricFamily {
        func plain(_ table: SeriesTable<Double>) -> [MetricFamily.Sample] {
            table.sorted().map { .init(labels: $0.labels, value: $0.series) }
        }
        let (kind, samples): (MetricFamily.Kind, [MetricFamily.Sample]) =
            switch metric {
            case .counter(let counter): (.counter, plain(counter.table))
            case .gauge(let gauge): (.gauge, plain(gauge.table))
            case .histogram(let histogram): (.histogram, histogram.samples())
            }
        return MetricFamily(
            name: metric.descriptor.name, help: metric.descriptor.help, kind: kind, samples: samples)
    }
}
