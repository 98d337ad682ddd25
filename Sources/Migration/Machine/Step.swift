/// Where a migration stands: `status.migration.step`.
public enum Step: String, Sendable, Hashable, Codable, CaseIterable {
    /// One revision, and nothing to do.
    case stable = "Stable"
    /// Waits until quota has room for both revisions at full size. Until: capacityWaitSeconds.
    case awaitingCapacity = "AwaitingCapacity"
    /// InPlace: the old revision gives one replica up for the new one. Until: capacityWaitSeconds.
    case makingRoom = "MakingRoom"
    /// The old revision has no ready pod and is in the way of the new one, which is selected in its place.
    case takingOver = "TakingOver"
    /// The new revision's Deployment is made, and its pods look for nodes. Until: capacityWaitSeconds.
    case scheduling = "Scheduling"
    /// Its pods load the model. Until: progressDeadlineSeconds.
    case loading = "Loading"
    /// It answers warm-up requests.
    case warmingUp = "WarmingUp"
    /// It is judged before clients reach it.
    case analysingPreview = "AnalysingPreview"
    /// Waits for a person or for autoPromoteAfterSeconds.
    case awaitingPromotion = "AwaitingPromotion"
    /// It grows to the size that holds the load; then the selector is switched.
    case scalingUp = "ScalingUp"
    /// InPlace: both are selected, and replicas are exchanged one by one.
    case replacing = "Replacing"
    /// It is judged while clients reach it; the old revision stays at its size.
    case analysing = "Analysing"
    /// The old revision stays ready as the way back. Until: scaleDownDelaySeconds.
    case holding = "Holding"
    /// Deployments that are not needed any more go, once no request is in flight. Until: drainSeconds.
    case draining = "Draining"
    /// The selector goes back to the old revision as soon as that has a ready pod.
    case switchingBack = "SwitchingBack"
    /// InPlace: replicas are exchanged back one by one.
    case restoring = "Restoring"

    /// Whether a new revision is being made ready that no client reaches yet.
    public var isPreparing: Bool {
        switch self {
        case .awaitingCapacity, .makingRoom, .takingOver, .scheduling, .loading, .warmingUp, .analysingPreview,
            .awaitingPromotion, .scalingUp:
            true
        case .stable, .replacing, .analysing, .holding, .draining, .switchingBack, .restoring: false
        }
    }

    /// The gate that the step runs.
    public var gate: GateKind? {
        switch self {
        case .warmingUp: .warmUp
        case .analysingPreview: .prePromotion
        case .analysing: .postPromotion
        default: nil
        }
    }
}
