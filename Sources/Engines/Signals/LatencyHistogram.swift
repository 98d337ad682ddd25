/// A cumulative histogram of durations, as Prometheus' text has it: how many took at most so many seconds.
public struct LatencyHistogram: Sendable, Hashable {
    struct Bucket: Sendable, Hashable {
        /// Seconds; the last one is infinite.
        var upperBound: Double
        /// How many took that long at most. Never less than the bucket before has.
        var count: Double
    }

    /// By upper bound; the last one, which is infinite, counts all.
    private(set) var buckets: [Bucket]

    /// How many were measured.
    public var count: Double { buckets.last?.count ?? 0 }

    /// From the counts of `_bucket` by their `le`. Nil without the infinite bucket, which says how many there are, and
    /// with a bound or a count that is not a number. Counts that fall, as when a text is written while it is counted,
    /// are raised to the one before.
    public init?(counts: [Double: Double]) {
        guard counts[.infinity] != nil, counts.allSatisfy({ !$0.key.isNaN && $0.value >= 0 && $0.value.isFinite })
        else { return nil }
        var highest = 0.0
        buckets = counts.sorted { $0.key < $1.key }.map { bound, count in
            highest = max(highest, count)
            return Bucket(upperBound: bound, count: highest)
        }
    }

    /// What was measured after an earlier reading of the same histogram; all of it when the counts have begun anew,
    /// as after a restart of the engine, or when the buckets are others.
    public func since(_ earlier: LatencyHistogram) -> LatencyHistogram {
        guard buckets.map(\.upperBound) == earlier.buckets.map(\.upperBound),
            zip(buckets, earlier.buckets).allSatisfy({ $0.count >= $1.count })
        else { return self }
        let pairs = zip(buckets, earlier.buckets).map { ($0.upperBound, $0.count - $1.count) }
        return LatencyHistogram(counts: Dictionary(pairs) { first, _ in first }) ?? self
    }

    /// Both together. Nil when the buckets differ.
    public func adding(_ other: LatencyHistogram) -> LatencyHistogram? {
        guard buckets.map(\.upperBound) == other.buckets.map(\.upperBound) else { return nil }
        let pairs = zip(buckets, other.buckets).map { ($0.upperBound, $0.count + $1.count) }
        return LatencyHistogram(counts: Dictionary(pairs) { first, _ in first })
    }

    /// The seconds that a share of the measurements stayed below, interpolated within its bucket as Prometheus'
    /// `histogram_quantile` does: the bucket is taken as evenly filled, and beyond the last finite bound that bound is
    /// the answer. Nil when nothing was measured or `share` is not within 0...1.
    public func quantile(_ share: Double) -> Double? {
        guard count > 0, (0...1).contains(share) else { return nil }
        let rank = share * count
        guard let index = buckets.firstIndex(where: { $0.count >= rank }) else { return nil }
        let bucket = buckets[index]
        guard bucket.upperBound.isFinite else {
            return buckets.dropLast().last?.upperBound
        }
        guard index > 0 || bucket.upperBound > 0 else { return bucket.upperBound }
        let (start, before) = index > 0 ? (buckets[index - 1].upperBound, buckets[index - 1].count) : (0, 0)
        guard bucket.count > before else { return bucket.upperBound }
        return start + (bucket.upperBound - start) * (rank - before) / (bucket.count - before)
    }
}
