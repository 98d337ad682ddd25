/// Exponential back-off with jitter: what to wait before attempt n.
public struct Backoff: Sendable, Hashable {
    /// The wait before the first retry.
    public var initial: Duration
    /// No wait is longer.
    public var maximum: Duration
    /// The growth from one wait to the next, at least 1.
    public var factor: Double
    /// The share of each wait that is random, 0 to 1: 0.2 gives 80 % to 100 % of it.
    public var jitter: Double

    public init(initial: Duration, maximum: Duration, factor: Double = 2, jitter: Double = 0.2) {
        self.initial = initial
        self.maximum = maximum
        self.factor = max(1, factor)
        self.jitter = min(max(0, jitter), 1)
    }

    /// The wait before retry `attempt`, counted from 0, without jitter.
    public func delay(attempt: Int) -> Duration {
        var delay = initial
        for _ in 0..<max(0, attempt) {
            if delay >= maximum { break }
            delay = delay * factor
        }
        return min(delay, maximum)
    }

    /// The wait before retry `attempt` with jitter from `generator`.
    public func delay(attempt: Int, using generator: inout some RandomNumberGenerator) -> Duration {
        let delay = delay(attempt: attempt)
        guard jitter > 0 else { return delay }
        return delay * (1 - jitter * Double.random(in: 0...1, using: &generator))
    }
}
