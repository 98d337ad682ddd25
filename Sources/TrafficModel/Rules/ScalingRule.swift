/// What decides how many replicas there are.
public protocol ScalingRule: Sendable {
    /// For reports.
    var name: String { get }
    /// Seconds from one decision to the next, at least 1.
    var syncSeconds: Int { get }
    /// Decides once. What it returns is carried out at once.
    mutating func decide(_ view: FleetView) -> Int
}

/// What a rule sees.
public struct FleetView: Sendable, Hashable {
    /// Seconds since the trace began.
    public var second: Int
    /// Replicas that were asked for, and that are ready.
    public var replicas: Int
    public var ready: Int
    /// Requests a second as the metric tells them: a mean over the metric's window.
    public var rate: Double
    /// When those that load were asked for, the oldest first; those of one second once.
    public var askedAt: [Int]
    /// Seconds that the newest start took, if one ended since the last decision.
    public var start: Int?
    /// What arrived until now, this very second included.
    public var history: ArrivalHistory

    public init(
        second: Int, replicas: Int, ready: Int, rate: Double, askedAt: [Int] = [], start: Int? = nil,
        history: ArrivalHistory
    ) {
        self.second = second
        self.replicas = replicas
        self.ready = ready
        self.rate = rate
        self.askedAt = askedAt
        self.start = start
        self.history = history
    }
}
