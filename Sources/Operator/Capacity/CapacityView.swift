internal import Base
internal import DeepSeekAPI
internal import KubeCore
internal import KubeRuntime

/// What the operator sees of quotas and nodes. Either may be missing, for want of the right to read it: then nothing is
/// known, and nothing is held back.
struct CapacityView: Sendable {
    var quotas: Store<ResourceQuota>
    /// Nil where the administrator does not let the operator read nodes.
    var nodes: Store<Node>?
    var clusters: Store<DeepSeekCluster>
    var pods: Store<Pod>
    private let requirements = RequirementsCache()
    private let fits = Recent<NodeFitKey, NodeFit>()
    /// By resource, then by node.
    private let recentlyTaken = Recent<String, [String: Int128]>()

    init(
        quotas: Store<ResourceQuota>, nodes: Store<Node>?, clusters: Store<DeepSeekCluster>, pods: Store<Pod>
    ) {
        self.quotas = quotas
        self.nodes = nodes
        self.clusters = clusters
        self.pods = pods
    }

    static let byNamespace = StoreIndex<ResourceQuota>("namespace") { [$0.metadata.namespace ?? ""] }

    /// - Parameters:
    ///   - revision: the active one.
    ///   - active: its pods.
    /// - Returns: nil where nothing is known of the pods.
    func finding(for cluster: DeepSeekCluster, revision: ControllerRevision, active: [Pod]) -> CapacityFinding? {
        guard let pod = requirements.read(revision) else { return nil }
        let existing = active.filter { !["Succeeded", "Failed"].contains($0.status?.phase ?? "") }
        let policy = cluster.spec.resolvedCapacity
        return CapacityFinding(
            policy,
            quota: policy.resolvedQuota == .ignore ? .unbounded : quotaRoom(cluster, pod, existing.count),
            nodes: policy.resolvedNodes == .ignore ? .unbounded : nodeRoom(cluster, pod, existing))
    }

    private func quotaRoom(_ cluster: DeepSeekCluster, _ pod: PodRequirements, _ existing: Int) -> Room {
        guard quotas.isSynchronized else { return .unknown("ResourceQuotas cannot be read, or are not read yet") }
        let found = quotas.objects(in: Self.byNamespace.name, value: cluster.metadata.namespace ?? "")
        return QuotaRoom(quotas: found, pod: pod, existing: existing).room
    }

    /// By GPUs: what the nodes have, less what the operator's pods take. Other pods are not known, so that it is the most
    /// that there can be room for.
    private func nodeRoom(
        _ cluster: DeepSeekCluster, _ pod: PodRequirements, _ existing: [Pod]
    ) -> Room {
        let resource = cluster.spec.resolvedPods.resolvedGPUResourceName
        guard pod.request(resource) > 0 else { return .unbounded }
        guard let nodes, nodes.isSynchronized else { return .unknown("nodes cannot be read, or are not read yet") }
        let placed = existing.count { $0.spec?.nodeName != nil }
        // Where every pod has its node there is nothing to report, and no need to look at all nodes.
        if cluster.spec.resolvedCapacity.resolvedNodes == .report, placed == existing.count,
            placed >= cluster.spec.replicas ?? 0
        {
            return .unbounded
        }
        let fit = fits.read(NodeFitKey(pod: pod, resource: resource)) {
            let taken = recentlyTaken.read(resource) { takenByNode(resource) }
            let counts = nodes.objects.compactMap {
                pod.fits($0, resource: resource, taken: taken[$0.metadata.name] ?? 0)
            }
            let replicas = counts.reduce(0) { $0.addingReportingOverflow($1).overflow ? .max : $0 + $1 }
            return NodeFit(replicas: replicas, nodes: counts.count)
        }
        return .bounded(
            replicas: Int32(clamping: fit.replicas.addingReportingOverflow(placed).partialValue),
            reason:
                "\(fit.nodes) nodes with \(resource) suit the pods, with room for \(fit.replicas) beside the \(placed)")
    }

    /// What the operator's pods take of a resource, by node, in billionths.
    private func takenByNode(_ resource: String) -> [String: Int128] {
        var needs: [NamespacedName: Int128] = [:]
        for cluster in clusters.each where cluster.spec.resolvedPods.resolvedGPUResourceName == resource {
            needs[cluster.namespacedName] = Int128(cluster.spec.engine.resolvedGPUsPerPod) * 1_000_000_000
        }
        var taken: [String: Int128] = [:]
        for pod in pods.each {
            guard let node = pod.spec?.nodeName, !["Succeeded", "Failed"].contains(pod.status?.phase ?? ""),
                let cluster = ClusterCaches.cluster(of: pod.metadata), let need = needs[cluster]
            else { continue }
            taken[node, default: 0] += need
        }
        return taken
    }
}

/// How many pods the nodes can take.
private struct NodeFit {
    var replicas: Int
    /// Those that suit the pods.
    var nodes: Int
}

/// Pods that fit the same nodes.
private struct NodeFitKey: Hashable {
    var pod: PodRequirements
    var resource: String
}

/// What takes a look at all pods or nodes, and is therefore looked at again only after some seconds.
private final class Recent<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let known = Lock<[Key: (value: Value, at: Duration)]>([:])
    private let stopwatch = Stopwatch()
    private static var lifetime: Duration { .seconds(5) }

    func read(_ key: Key, _ find: () -> Value) -> Value {
        let now = stopwatch.elapsed
        if let recent = known.withLock({ $0[key] }), now - recent.at < Self.lifetime { return recent.value }
        let value = find()
        known.withLock { known in
            known = known.filter { now - $0.value.at < Self.lifetime }
            known[key] = (value, now)
        }
        return value
    }
}

/// The requirements of revisions' templates, worked out once: a revision never changes.
private final class RequirementsCache: Sendable {
    private let known = Lock<[String: PodRequirements]>([:])
    private static let capacity = 20_000

    func read(_ revision: ControllerRevision) -> PodRequirements? {
        guard let uid = revision.metadata.uid else { return nil }
        if let known = known.withLock({ $0[uid] }) { return known }
        guard let template = revision.data?["template"] else { return nil }
        let requirements = PodRequirements(template: template)
        known.withLock { known in
            if known.count >= Self.capacity { known.removeAll() }
            known[uid] = requirements
        }
        return requirements
    }
}
