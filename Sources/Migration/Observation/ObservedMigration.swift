public import KubeCore

/// One look at a cluster: all that a plan depends on.
///
/// It may be from caches, each of them late by a different time. When the plan says `needsFreshLook`, everything here
/// is read again from the server, the live Service first and the Deployments after it, and the plan made anew.
public struct ObservedMigration: Sendable {
    /// The wall clock.
    public var now: Timestamp
    public var policy: MigrationPolicy
    /// The replicas that the active revision should have: `spec.replicas`.
    public var wish: Int
    /// The revision that spec describes; nil while spec is not accepted, and until its ControllerRevision is there.
    public var desired: String?
    /// `spec.paused`: nothing is changed, and deadlines stand still.
    public var isPaused = false
    public var operation: MigrationOperation?
    /// nil when there is none.
    public var service: LiveService?
    public var revisions: [KnownRevision] = []
    public var deployments: [RevisionDeployment] = []
    /// GPUs that quota still gives, by what it has charged; nil when no quota limits them or it is not to be enforced.
    public var quotaRoom: Int?
    /// All results that have come; those of other gates than the current one are passed over.
    public var gateResults: [GateResult] = []
    /// What the status remembers, for when the live Service and the record in it are lost.
    public var remembered = RememberedMigration()

    public init(now: Timestamp, policy: MigrationPolicy, wish: Int, desired: String?) {
        self.now = now
        self.policy = policy
        self.wish = max(0, wish)
        self.desired = desired
    }

    public func deployment(_ revision: String?) -> RevisionDeployment? {
        guard let revision else { return nil }
        return deployments.first { $0.revision == revision && !$0.isBeingDeleted }
    }

    /// Ready pods that a selector reaches.
    func ready(_ selection: Selection) -> Int {
        deployments.reduce(0) { selection.includes($1.revision) ? $0 + $1.serving : $0 }
    }

    public func revision(_ name: String) -> KnownRevision? { revisions.first { $0.name == name } }
}

/// What `status` says of the past. It is written after the fact and may be late, so it is only used where the record is
/// lost.
public struct RememberedMigration: Sendable, Hashable {
    /// `status.activeRevision`.
    public var active: String?
    /// The revisions of `status.history` that were rejected.
    public var rejected: [Rejection] = []
    /// `status.operation.id`.
    public var operation: String?

    public init() {}
}
