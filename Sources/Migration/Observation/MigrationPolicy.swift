/// What `spec.migration` asks for, with its defaults filled in.
public struct MigrationPolicy: Sendable, Hashable {
    /// What to do when there are not GPUs for two revisions.
    public enum CapacityShortage: String, Sendable, Hashable, CaseIterable {
        /// Wait up to `capacityWaitSeconds`, then give the revision up.
        case wait = "Wait"
        /// Give the revision up at once.
        case fail = "Fail"
        /// Replace replica by replica; there is no instant way back.
        case inPlace = "InPlace"
    }

    /// Whether the next revision takes over without being asked.
    public var autoPromote = true
    /// Seconds between judged and taking over, with `autoPromote`.
    public var autoPromoteAfterSeconds = 0
    /// Replicas of the next revision until it is promoted; never more than are wished for.
    public var previewReplicas = 1
    /// Seconds for the next revision to become ready, from when its pods are scheduled.
    public var progressDeadlineSeconds = 2400
    /// Seconds to wait for GPUs: for quota to have room, and for pods to find nodes.
    public var capacityWaitSeconds = 3600
    /// Seconds that the old revision stays ready after the new one has taken over.
    public var scaleDownDelaySeconds = 300
    public var onInsufficientCapacity = CapacityShortage.wait
    /// Seconds that requests in flight get to end on a revision that clients had reached: `pods.drainSeconds`.
    public var drainSeconds = 570
    /// Seconds until every client's route has followed a change of the selector: `pods.preStopSeconds`. A count of
    /// zero requests that is younger proves nothing.
    public var endpointSpreadSeconds = 15
    /// The gates that the next revision has to pass, with the seconds that each may take before it counts as without
    /// data. A gate that is not here is not asked for.
    public var gates: [GateKind: Int] = [:]
    /// How many ControllerRevisions are kept besides those in use.
    public var revisionHistoryLimit = 5

    public init() {}

    /// Seconds for so many replicas to find nodes and to load, one after the other.
    func exchangeSeconds(replicas: Int) -> Int {
        let loading = progressDeadlineSeconds.multipliedReportingOverflow(by: max(1, replicas))
        let sum = capacityWaitSeconds.addingReportingOverflow(loading.partialValue)
        return loading.overflow || sum.overflow ? .max : sum.partialValue
    }
}
