public import DeepSeekAPI
public import KubeCore

/// What the autoscaler has to say in the status of a cluster.
public struct ScalingReport: Sendable, Equatable {
    /// AbleToScale, ScalingActive and ScalingLimited, as far as there is something to say of them.
    public var conditions: [Condition]
    /// Metrics and last decision, as of the last time they were published.
    public var status: AutoscalingStatus

    public init(conditions: [Condition], status: AutoscalingStatus) {
        self.conditions = conditions
        self.status = status
    }
}
