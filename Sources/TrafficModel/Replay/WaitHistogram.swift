internal import Glibc

/// Times to first token in buckets that are 2 % wide, so that a quantile is known to 2 % whatever the number of requests.
struct WaitHistogram {
    private static let growth = 1.02
    private static let least = 0.001
    /// Up to 1 ms, and then up to about 3 days.
    private var buckets = Array(repeating: 0.0, count: 1000)
    private var total = 0.0

    mutating func add(_ seconds: Double, requests: Double) {
        let index = seconds <= Self.least ? 0 : Int((log(seconds / Self.least) / log(Self.growth)).rounded(.up))
        buckets[min(max(index, 0), buckets.count - 1)] += requests
        total += requests
    }

    /// The upper bound of the bucket in which this share of the requests is reached; nil without requests.
    func quantile(_ share: Double) -> Double? {
        guard total > 0 else { return nil }
        var reached = 0.0
        for (index, requests) in buckets.enumerated() {
            reached += requests
            if reached >= share * total { return Self.least * pow(Self.growth, Double(index)) }
        }
        return Self.least * pow(Self.growth, Double(buckets.count - 1))
    }
}
