internal import Base

/// The series of one metric by their label values, and no more of them than the bound.
///
/// Beyond the bound everything goes to one series whose labels all read `_overflow`: sums stay right, memory stays
/// bounded, and the overflow can be seen.
struct SeriesTable<Series: Sendable>: Sendable {
    let descriptor: MetricDescriptor
    private let limit: Int
    private let empty: Series
    private let series: Lock<[[String]: Series]>

    init(_ descriptor: MetricDescriptor, limit: Int, empty: Series) {
        self.descriptor = descriptor
        self.limit = limit
        self.empty = empty
        // A metric without labels exists from the start, so that its first value is a change from zero.
        series = Lock(descriptor.labels.isEmpty ? [[]: empty] : [:])
    }

    func update(_ labels: [String], _ change: (inout Series) -> Void) {
        precondition(labels.count == descriptor.labels.count, "\(descriptor.name) takes \(descriptor.labels)")
        series.withLock { series in
            let isFull = series[labels] == nil && series.count >= limit
            let key = isFull ? Array(repeating: "_overflow", count: labels.count) : labels
            change(&series[key, default: empty])
        }
    }

    func value(_ labels: [String]) -> Series? { series.withLock { $0[labels] } }

    func remove(_ labels: [String]) {
        series.withLock { _ = $0.removeValue(forKey: labels) }
    }

    /// Every series with its labels, sorted by label values.
    func sorted() -> [(labels: [(name: String, value: String)], series: Series)] {
        let all = series.withLock { $0 }
        return all.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { values, series in
            (zip(descriptor.labels, values).map { ($0, $1) }, series)
        }
    }
}
