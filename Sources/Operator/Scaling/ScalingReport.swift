public import DeepSeekAPI
public import KubeCore

/// What the autoscaler has to say in the status of a cluster.
public struct ScalingReport: Sendable, Equatable {
    /// AbleToScale, ScalingActive and ScalingLimited, as far as there is something to say of them.
    public var conditions: [Condition]
    /// CapacityAvailable, where there is too little room for the wish, or nobody knows.
    public var capacity: Condition?
    /// Metrics and last decision, as of the last time they were published.
    public var status: AutoscalingStatus

    public init(conditions: [Condition], capacity: Condition? = nil, status: AutoscalingStatus) {
        self.conditions = conditions
        self.capacity = capacity
        self.status = status
    }
}
