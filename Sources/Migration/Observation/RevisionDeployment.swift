public import KubeCore

/// A ControllerRevision: the rendered template that a Deployment is made of.
public struct KnownRevision: Sendable, Hashable {
    /// The hash.
    public var name: String
    /// `revision` of the ControllerRevision: higher is younger.
    public var number: Int64
    public var uid: String
    public var resourceVersion: String
    /// GPUs that a replica takes: those of all of its pods.
    public var gpusPerReplica: Int

    public init(name: String, number: Int64, uid: String, resourceVersion: String, gpusPerReplica: Int) {
        self.name = name
        self.number = number
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.gpusPerReplica = gpusPerReplica
    }
}

/// The Deployment of a revision, and what its pods do.
public struct RevisionDeployment: Sendable, Hashable {
    public var revision: String
    public var uid: String
    public var resourceVersion: String
    public var isBeingDeleted = false
    /// `spec.replicas`.
    public var replicas: Int
    /// Pods that exist, those that end included: what quota charges.
    public var pods = 0
    /// Pods that have a node.
    public var scheduled = 0
    /// Pods that are ready. 0 while the Deployment controller has not seen the latest spec.
    public var ready = 0
    /// GPUs that a replica takes, by the Deployment's template.
    public var gpusPerReplica: Int
    /// The epoch that this Deployment was last claimed for: `MigrationAnnotation.claim`. 0 when there is none.
    public var claim: Int64 = 0
    /// What most hinders its pods.
    public var trouble: PodHindrance?
    public var inFlight: InFlightCount?

    public init(revision: String, uid: String, resourceVersion: String, replicas: Int, gpusPerReplica: Int) {
        self.revision = revision
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.replicas = replicas
        self.gpusPerReplica = gpusPerReplica
    }

    /// Ready pods that will stay: while spec was just made smaller, some of those that are ready are about to end.
    var serving: Int { isBeingDeleted ? 0 : min(ready, replicas) }
}

/// Why pods do not serve.
public struct PodHindrance: Sendable, Hashable {
    /// A word for a condition's reason, such as ImagePullFailed.
    public var reason: String
    public var message: String
    /// Whether waiting does not mend it: an image that cannot be pulled, a crash loop; not a want of room.
    public var isPermanent: Bool

    public init(reason: String, message: String, isPermanent: Bool) {
        self.reason = reason
        self.message = message
        self.isPermanent = isPermanent
    }
}

/// The requests in flight on all pods of a revision together, by the engine's own count. Unknown, which is no
/// `InFlightCount` at all, when a single pod did not tell.
public struct InFlightCount: Sendable, Hashable {
    /// Requests that run or wait; a connection that a client keeps open for its next request counts as one where that
    /// can be seen.
    public var requests: Int
    /// When the oldest of the pods' counts was read, on the wall clock.
    public var observedAt: Timestamp

    public init(requests: Int, observedAt: Timestamp) {
        self.requests = requests
        self.observedAt = observedAt
    }
}
