public import KubeCore

/// Pods that are pending or loading: capacity that was asked for and comes.
public struct PodsOnTheirWay: Sendable, Hashable {
    /// When each pod was scheduled; nil for one that has no node yet.
    public var scheduledAt: [Timestamp?]

    public init(scheduledAt: [Timestamp?]) { self.scheduledAt = scheduledAt }

    public var count: Int { scheduledAt.count }

    /// How many are expected to be ready within `horizon`.
    ///
    /// - Parameter coldStart: how long a start takes. A pod without a node counts as scheduled now, since nobody knows
    ///   better; one that is past its time counts as ready any moment.
    public func ready(within horizon: Duration, of now: Timestamp, coldStart: Duration) -> Int {
        scheduledAt.count { scheduled in
            let elapsed = max(scheduled.map { now.since($0) } ?? .zero, .zero)
            return coldStart - elapsed <= horizon
        }
    }
}
