/// The names of a cluster's objects. `metadata.name` has at most 40 characters, so that all of these fit in 63.
public struct ObjectNames: Sendable, Hashable {
    public var cluster: String

    public init(cluster: String) { self.cluster = cluster }

    /// ControllerRevision, Deployment and PodDisruptionBudget of a revision.
    public func revision(_ hash: String) -> String { "\(cluster)-\(hash)" }
    /// The live Service: clients come in by it, and its selector says which revision is active.
    public var liveService: String { cluster }
    /// The Service of the revision that is made ready, from the first migration on.
    public var previewService: String { "\(cluster)-preview" }
    /// The headless Service of all pods.
    public var podsService: String { "\(cluster)-pods" }
    /// The HorizontalPodAutoscaler, where one decides.
    public var autoscaler: String { cluster }
    /// The ConfigMap that keeps the autoscaler's memory.
    public var scalingMemory: String { "\(cluster)-autoscaling" }
    /// The account that pods run under unless the user names another.
    public var serviceAccount: String { cluster }
}
