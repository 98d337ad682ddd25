public import DeepSeekAPI
public import KubeCore
internal import KubeRuntime
public import Migration

/// All that the planner knows of one cluster: what the caches hold at one moment.
public struct ObservedCluster: Sendable {
    public var cluster: DeepSeekCluster
    public var revisions: [ControllerRevision] = []
    public var deployments: [Deployment] = []
    /// By name.
    public var services: [String: Service] = [:]
    public var disruptionBudgets: [PodDisruptionBudget] = []
    public var serviceAccount: ServiceAccount?
    public var pods: [Pod] = []
    /// Of the namespace.
    public var quotas: [ResourceQuota] = []
    /// What the gates found out lately.
    public var gateResults: [GateResult] = []
    /// Requests in flight by revision, where all of its pods told.
    public var inFlight: [String: InFlightCount] = [:]
    /// The HorizontalPodAutoscaler of the cluster's name, if it carries our labels.
    public var autoscaler: HorizontalPodAutoscaler?
    /// An object that has the name of one of ours and belongs to somebody else, as the last write found out.
    public var conflict: String?
    /// What the API server refused, as the last write found out.
    public var failure: String?

    public init(cluster: DeepSeekCluster) { self.cluster = cluster }

    /// Whether an object belongs to this cluster: the controller reference is compared by uid, since a cluster that
    /// was deleted and made again is another one.
    public func owns(_ metadata: ObjectMeta) -> Bool { metadata.isControlled(by: cluster) }

    public var names: ObjectNames { ObjectNames(cluster: cluster.metadata.name) }

    /// The revision that the live Service selects: the commit point of every switch.
    public var activeRevision: String? {
        guard let service = LiveService(self) else { return nil }
        switch service.selection {
        case .revision(let revision): return revision
        // Of two that are exchanged, the one that is the way back.
        case .all: return service.record?.active
        case .none: return nil
        }
    }

    public func deployment(revision: String) -> Deployment? {
        deployments.first { $0.metadata.name == names.revision(revision) && owns($0.metadata) }
    }

    public func controllerRevision(_ revision: String) -> ControllerRevision? {
        revisions.first { $0.metadata.name == names.revision(revision) && owns($0.metadata) }
    }

    public func pods(revision: String) -> [Pod] {
        pods.filter { $0.metadata.labels?[Labels.revision] == revision }
    }
}
