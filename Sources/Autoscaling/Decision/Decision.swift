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
