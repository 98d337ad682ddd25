public import KubeCore

/// What the autoscaler decided at one tick.
public struct Decision: Sendable, Hashable {
    /// What `spec.replicas` should be.
    public var replicas: Int32
    /// What it was.
    public var currentReplicas: Int32
    /// The conditions that this tick has something to say of, as they are once the replicas are written. A condition
    /// not among them stays as it was.
    public var conditions: [Condition]
    public var events: [AutoscalerEvent]
    public var trace: DecisionTrace

    /// Whether there is something to write.
    public var isRescale: Bool { replicas != currentReplicas }

    /// AbleToScale for when the write failed, in the place of the decision's own.
    public func rescaleFailed(_ error: String) -> Condition {
        Condition(
            type: AutoscalerCondition.ableToScale, status: .false, reason: "FailedUpdateScale",
            message: "the HPA controller was unable to update the target scale: \(error)")
    }

    /// The event for when the write failed, in the place of SuccessfulRescale.
    public func rescaleFailedEvent(_ error: String) -> AutoscalerEvent {
        let success = events.first { $0.type == .normal }?.message ?? "New size: \(replicas); reason: \(trace.reason)"
        return AutoscalerEvent(type: .warning, reason: "FailedRescale", message: "\(success); error: \(error)")
    }
}

/// The names of the conditions that a decision sets.
public enum AutoscalerCondition {
    public static let ableToScale = "AbleToScale"
    public static let scalingActive = "ScalingActive"
    public static let scalingLimited = "ScalingLimited"
    /// HPA's own memory of who scaled to zero; ours is in `AutoscalerState`, so that only strict decisions set this.
    public static let scaledToZero = "ScaledToZero"
}

/// A Kubernetes event, in HPA's words.
public struct AutoscalerEvent: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        case normal = "Normal"
        case warning = "Warning"
    }

    public var type: Kind
    public var reason: String
    public var message: String

    public init(type: Kind, reason: String, message: String) {
        self.type = type
        self.reason = reason
        self.message = message
    }
}

/// How a decision came about, step by step. A step that was not reached is nil.
public struct DecisionTrace: Sendable, Hashable {
    public var metrics: [MetricTrace] = []
    /// The highest of what the metrics need, before tolerance.
    public var raw: Int32?
    /// The highest proposal after tolerance.
    public var tolerated: Int32?
    /// After the stabilization windows.
    public var stabilized: Int32?
    /// After policies and bounds.
    public var limited: Int32?
    /// What was decided.
    public var final: Int32
    /// Why, in a few words.
    public var reason: String

    public init(final: Int32, reason: String = "") {
        self.final = final
        self.reason = reason
    }
}

/// One metric's part in a decision.
public struct MetricTrace: Sendable, Hashable {
    public var name: String
    /// The sum of the samples, thousandths; nil where the metric could not be used.
    public var usageMilli: Int64?
    /// The sum shared among the replicas that there are, thousandths, for AverageValue targets; nil without replicas.
    public var averageMilli: Int64?
    /// Usage by target.
    public var ratio: Double?
    public var raw: Int32?
    public var proposal: Int32?
    public var isWithinTolerance = false
    /// Had no samples, and its setting is to be left out then.
    public var isIgnored = false
    /// Why it could not be used.
    public var failure: String?

    public init(name: String) { self.name = name }
}
