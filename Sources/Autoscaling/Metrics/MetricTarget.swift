public import KubeCore

/// One entry of `spec.autoscaling.metrics`: an External metric and what it should be.
public struct MetricTarget: Sendable, Hashable {
    /// autoscaling/v2 MetricTarget, in thousandths. Positive: HPA's API lets nothing else in.
    public enum Target: Sendable, Hashable {
        /// The sum of the samples divided by the replicas that there are.
        case averageValue(milli: Int64)
        /// The sum of the samples.
        case value(milli: Int64)
    }

    /// What it means that the source has no samples.
    public enum OnEmpty: String, Sendable, Hashable, Codable {
        /// The metric cannot be read: replicas stay, or grow by another metric.
        case hold = "Hold"
        /// The load is zero.
        case zero = "Zero"
        /// This metric has no say now (a latency quantile while nothing is served).
        case ignore = "Ignore"
    }

    public var name: String
    public var selector: LabelSelector?
    public var target: Target
    public var onEmpty: OnEmpty
    /// Thousandths. With `minReplicas` 0, a sum up to this is no load: it wakes nothing, and lets the last replica go. nil:
    /// any load above 0 counts, as in HPA.
    public var activationMilli: Int64?

    public init(
        name: String, selector: LabelSelector? = nil, target: Target, onEmpty: OnEmpty = .hold,
        activationMilli: Int64? = nil
    ) {
        self.name = name
        self.selector = selector
        self.target = target
        self.onEmpty = onEmpty
        self.activationMilli = activationMilli
    }
}
