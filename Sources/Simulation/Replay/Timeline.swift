internal import TrafficModel

/// What happened, in spans of equal length.
public struct Timeline: Sendable, Hashable {
    public struct Span: Sendable, Hashable {
        /// When it began, seconds since the trace did.
        public var second: Int
        /// Requests a second, and those of them over the SLO.
        public var rate: Double
        public var overSLO: Double
        /// The mean of those that serve, and the most that were asked for.
        public var ready: Double
        public var replicas: Int
    }

    /// Seconds of a span.
    public let width: Int
    public private(set) var spans: [Span] = []
    private var seconds = 0

    /// A minute, or as long as makes a thousand of them.
    public init(seconds: Int) { width = max(60, (seconds + 999) / 1000) }

    mutating func add(_ second: ReplaySecond) {
        if second.second % width == 0 {
            spans.append(Span(second: second.second, rate: 0, overSLO: 0, ready: 0, replicas: 0))
            seconds = 0
        }
        guard var span = spans.popLast() else { return }
        let known = Double(seconds)
        seconds += 1
        func mean(_ old: Double, _ new: Double) -> Double { (old * known + new) / (known + 1) }
        span.rate = mean(span.rate, second.requests)
        span.overSLO = mean(span.overSLO, second.overSLO)
        span.ready = mean(span.ready, Double(second.ready))
        span.replicas = max(span.replicas, second.replicas)
        spans.append(span)
    }
}
