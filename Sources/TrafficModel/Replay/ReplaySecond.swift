/// One second of a replay, as it ended.
public struct ReplaySecond: Sendable, Hashable {
    /// Since the trace began.
    public var second: Int
    /// That arrived.
    public var requests: Double
    /// That were served late, or given up, in this second.
    public var overSLO: Double
    /// Replicas that serve, and that were asked for.
    public var ready: Int
    public var replicas: Int
}
