/// Counts of observations by size, in the buckets of its descriptor.
public struct Histogram: Sendable {
    /// What one series holds. `counts` has one place more than there are bounds: those above the last.
    struct Distribution: Sendable {
        var counts: [UInt64]
        var sum = 0.0
    }

    let table: SeriesTable<Distribution>

    init(_ descriptor: MetricDescriptor, limit: Int) {
        let counts = [UInt64](repeating: 0, count: descriptor.buckets.count + 1)
        table = SeriesTable(descriptor, limit: limit, empty: Distribution(counts: counts))
    }

    /// Counts one observation. NaN is ignored: it belongs to no bucket and would spoil the sum for good.
    public func observe(_ value: Double, _ labels: [String] = []) {
        guard !value.isNaN else { return }
        let bounds = table.descriptor.buckets
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        table.update(labels) { distribution in
            distribution.counts[index] += 1
            distribution.sum += value
        }
    }

    /// Counts how long something took, in seconds.
    public func observe(_ duration: Duration, _ labels: [String] = []) {
        observe(duration / .seconds(1), labels)
    }

    /// How many observations a series has.
    public func count(_ labels: [String] = []) -> UInt64 { table.value(labels)?.counts.reduce(0, +) ?? 0 }

    /// Forgets a series, once what it speaks of is gone.
    public func remove(_ labels: [String]) { table.remove(labels) }

    func samples() -> [MetricFamily.Sample] {
        let bounds = table.descriptor.buckets.map(PrometheusText.number) + ["+Inf"]
        return table.sorted().flatMap { labels, distribution in
            var cumulative: UInt64 = 0
            var samples: [MetricFamily.Sample] = []
            for (bound, count) in zip(bounds, distribution.counts) {
                cumulative += count
                samples.append(.init(suffix: "_bucket", labels: labels + [("le", bound)], value: Double(cumulative)))
            }
            samples.append(.init(suffix: "_sum", labels: labels, value: distribution.sum))
            samples.append(.init(suffix: "_count", labels: labels, value: Double(cumulative)))
            return samples
        }
    }
}
