internal import DeepSeekAPI
internal import KubeClient
internal import KubeCore
internal import KubeRuntime
internal import Telemetry

/// The caches that clusters are observed through: the resources themselves, and what carries our labels.
struct ClusterCaches: Sendable {
    let clusters: Reflector<DeepSeekCluster>
    let deployments: Reflector<Deployment>
    let revisions: Reflector<ControllerRevision>
    let services: Reflector<Service>
    let disruptionBudgets: Reflector<PodDisruptionBudget>
    let serviceAccounts: Reflector<ServiceAccount>
    let pods: Reflector<Pod>
    /// Nil where the server has none that can be used.
    let autoscalers: Reflector<HorizontalPodAutoscaler>?
    /// What may be missing, for want of the right to read it: no controller waits for it.
    let quotas: Reflector<ResourceQuota>

    /// What is known of a cluster now; nil when there is none of that name.
    func observe(_ key: NamespacedName) -> ObservedCluster? {
        guard let cluster = clusters.store[key] else { return nil }
        var world = ObservedCluster(cluster: cluster)
        let label = Self.indexValue(key)
        world.deployments = deployments.store.objects(in: Self.indexName, value: label)
        world.revisions = revisions.store.objects(in: Self.indexName, value: label)
        world.disruptionBudgets = disruptionBudgets.store.objects(in: Self.indexName, value: label)
        world.pods = pods.store.objects(in: Self.indexName, value: label)
        world.quotas = quotas.store.objects(in: CapacityView.byNamespace.name, value: key.namespace)
        for name in [world.names.liveService, world.names.previewService, world.names.podsService] {
            world.services[name] = services.store[NamespacedName(namespace: key.namespace, name: name)]
        }
        world.serviceAccount =
            serviceAccounts.store[NamespacedName(namespace: key.namespace, name: world.names.serviceAccount)]
        let autoscaler = NamespacedName(namespace: key.namespace, name: world.names.autoscaler)
        world.autoscaler = autoscalers?.store[autoscaler]
        return world
    }

    /// The pods of a cluster, of all its revisions.
    func pods(of cluster: NamespacedName) -> [Pod] {
        pods.store.objects(in: Self.indexName, value: Self.indexValue(cluster))
    }

    /// The stored form of a revision, by its hash.
    func revision(_ hash: String, of cluster: NamespacedName) -> ControllerRevision? {
        revisions.store[
            NamespacedName(namespace: cluster.namespace, name: ObjectNames(cluster: cluster.name).revision(hash))]
    }

    // MARK: By cluster

    private static let indexName = "cluster"
    private static let namespaceIndex = "namespace"

    /// The clusters of a namespace.
    func clusters(inNamespace namespace: String) -> [DeepSeekCluster] {
        clusters.store.objects(in: Self.namespaceIndex, value: namespace)
    }

    /// Clusters by namespace.
    static func byNamespace() -> StoreIndex<DeepSeekCluster> {
        StoreIndex(namespaceIndex) { [$0.metadata.namespace ?? ""] }
    }

    private static func indexValue(_ key: NamespacedName) -> String { key.description }

    /// The cluster that an object's label names.
    static func cluster(of metadata: ObjectMeta) -> NamespacedName? {
        metadata.labels?[Labels.cluster].map { NamespacedName(namespace: metadata.namespace ?? "", name: $0) }
    }

    /// Objects by the cluster that their label names.
    static func byCluster<Object: KubernetesObject>() -> StoreIndex<Object> {
        StoreIndex(indexName) { object in cluster(of: object.metadata).map { [indexValue($0)] } ?? [] }
    }
}
