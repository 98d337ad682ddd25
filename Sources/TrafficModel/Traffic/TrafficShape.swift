internal import Base

/// Traffic that is made, not recorded: rates by a shape, and arrivals by chance around them. A seed gives the same traffic
/// everywhere.
public struct TrafficShape: Sendable, Hashable, Codable {
    /// The rate goes in straight lines between these; before the first and after the last it is as there.
    public struct Point: Sendable, Hashable, Codable {
        public var second: Int
        /// Requests a second.
        public var rate: Double

        public init(second: Int, rate: Double) {
            self.second = second
            self.rate = rate
        }
    }

    /// In order of time. Two of the same second are a step.
    public var points: [Point]
    /// How often the points come one after the other; the period is the last one's second.
    public var periods: Int
    /// How many requests come at a time, at least: the traffic of so many services alike. 0 leaves chance out.
    public var batch: Double
    public var seed: UInt64
    public var promptTokens: Double
    public var generatedTokens: Double

    public init(
        points: [Point], periods: Int = 1, batch: Double = 0, seed: UInt64 = 1, promptTokens: Double = 1155,
        generatedTokens: Double = 211
    ) {
        self.points = points
        self.periods = periods
        self.batch = batch
        self.seed = seed
        self.promptTokens = promptTokens
        self.generatedTokens = generatedTokens
    }

    public func trace() -> TrafficTrace {
        guard let period = points.last?.second, period > 0 else { return TrafficTrace(seconds: []) }
        let seconds = min(
            period.multipliedReportingOverflow(by: max(periods, 1)).partialValue, TrafficTrace.maximumSeconds)
        var random = SplitMix64(seed: seed)
        var next = 0
        return TrafficTrace(
            seconds: (0..<max(seconds, 0)).map { second in
                let inPeriod = second % period
                if inPeriod == 0 { next = 0 }
                while next < points.count, points[next].second <= inPeriod { next += 1 }
                let rate = rate(inPeriod, next: next)
                let requests = batch > 0 ? batch * Double(random.poisson(rate / batch)) : rate
                return TrafficSecond(
                    requests: requests, promptTokens: promptTokens, generatedTokens: generatedTokens)
            })
    }

    /// - Parameter next: the first point after this second.
    private func rate(_ second: Int, next: Int) -> Double {
        guard next > 0 else { return max(points[0].rate, 0) }
        guard next < points.count else { return max(points[points.count - 1].rate, 0) }
        let (from, to) = (points[next - 1], points[next])
        let share = Double(second - from.second) / Double(to.second - from.second)
        return max(from.rate + (to.rate - from.rate) * share, 0)
    }
}
