/// How long the pods of one revision took from scheduled to ready: the last 64 starts. A plain value that can be stored.
public struct ColdStartTimes: Sendable, Hashable, Codable {
    /// Starts that are kept: enough for a P90, few enough to follow a faster disk or a warmer cache.
    public static let capacity = 64

    /// Milliseconds, the oldest first.
    private var starts: [Int64] = []

    public init() {}

    /// Starts that are known.
    public var count: Int { starts.count }

    /// Adds a start that was seen from beginning to end. A negative time, from clocks that disagree, is left out.
    public mutating func record(_ time: Duration) {
        guard time >= .zero else { return }
        starts.append(time.clampedMilliseconds)
        // A stored value from elsewhere may hold more.
        starts.removeFirst(max(starts.count - Self.capacity, 0))
    }

    /// The time within which this share of the starts was done, by the nearest rank: always a time that was measured.
    ///
    /// - Parameter percent: 1 to 100; beyond, the nearer end.
    /// - Returns: nil before the first start.
    public func quantile(percent: Int) -> Duration? {
        guard !starts.isEmpty else { return nil }
        let percent = min(max(percent, 1), 100)
        let rank = (starts.count * percent + 99) / 100
        return .milliseconds(starts.sorted()[rank - 1])
    }

    public var p50: Duration? { quantile(percent: 50) }
    public var p90: Duration? { quantile(percent: 90) }

    private enum CodingKeys: String, CodingKey { case starts }

    /// Leaves out what cannot have been recorded.
    public init(from decoder: any Decoder) throws {
        let stored = try decoder.container(keyedBy: CodingKeys.self).decode([Int64].self, forKey: .starts)
        starts = Array(stored.filter { $0 >= 0 }.suffix(Self.capacity))
    }
}

extension Duration {
    /// Milliseconds, rounded down and clamped to 64 bits.
    fileprivate var clampedMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        let (sum, overflow2) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return overflow || overflow2 ? (seconds < 0 ? .min : .max) : sum
    }
}
