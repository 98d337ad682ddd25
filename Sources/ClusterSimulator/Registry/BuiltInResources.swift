import KubeCore

/// The kinds that every cluster serves, as far as the simulator has them.
enum BuiltInResources {
    static let namespaces = make(
        "", "v1", "Namespace", "namespaces", "core.v1", NamespaceStrategy(), short: ["ns"], namespaced: false,
        subresources: [.status])

    static let all: [ResourceDefinition] = core + apps + others + access

    static let pods = make(
        "", "v1", "Pod", "pods", "core.v1", PodStrategy(), short: ["po"], categories: ["all"],
        subresources: [.status, .binding, .eviction, .log])

    private static let core: [ResourceDefinition] = [
        namespaces, pods,
        make(
            "", "v1", "Node", "nodes", "core.v1", StoredStrategy(), short: ["no"], namespaced: false,
            subresources: [.status]),
        make(
            "", "v1", "Service", "services", "core.v1", ServiceStrategy(), short: ["svc"], categories: ["all"],
            subresources: [.status]),
        make("", "v1", "Endpoints", "endpoints", "core.v1", StoredStrategy(), short: ["ep"]),
        make("", "v1", "ConfigMap", "configmaps", "core.v1", ConfigMapStrategy(), short: ["cm"]),
        make("", "v1", "Secret", "secrets", "core.v1", SecretStrategy()),
        make(
            "", "v1", "ServiceAccount", "serviceaccounts", "core.v1", StoredStrategy(), short: ["sa"],
            subresources: [.token]),
        make(
            "", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", "core.v1", VolumeClaimStrategy(),
            short: ["pvc"], subresources: [.status]),
        make(
            "", "v1", "PersistentVolume", "persistentvolumes", "core.v1", StoredStrategy(), short: ["pv"],
            namespaced: false, subresources: [.status]),
        make(
            "", "v1", "ResourceQuota", "resourcequotas", "core.v1", StoredStrategy(), short: ["quota"],
            subresources: [.status]),
        make("", "v1", "LimitRange", "limitranges", "core.v1", StoredStrategy(), short: ["limits"]),
        make("", "v1", "PodTemplate", "podtemplates", "core.v1", StoredStrategy()),
        make("", "v1", "Event", "events", "core.v1", StoredStrategy(), short: ["ev"]),
        events,
    ]

    /// Events in their own group: another face of what the core group stores.
    private static let events: ResourceDefinition = {
        var events = make("events.k8s.io", "v1", "Event", "events", "events.v1", StoredStrategy(), short: ["ev"])
        events.storageKey = ResourceDefinition.StorageKey(group: "", plural: "events")
        events.storageVersion = "v1"
        return events
    }()

    private static let apps: [ResourceDefinition] = [
        workload("Deployment", "deployments", .deployment, short: ["deploy"]),
        workload("ReplicaSet", "replicasets", .replicaSet, short: ["rs"]),
        workload("StatefulSet", "statefulsets", .statefulSet, short: ["sts"]),
        workload("DaemonSet", "daemonsets", .daemonSet, short: ["ds"]),
        make("apps", "v1", "ControllerRevision", "controllerrevisions", "apps.v1", ControllerRevisionStrategy()),
    ]

    private static let others: [ResourceDefinition] = [
        make("coordination.k8s.io", "v1", "Lease", "leases", "coordination.v1", LeaseStrategy()),
        make(
            "policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", "policy.v1", DisruptionBudgetStrategy(),
            short: ["pdb"], subresources: [.status]),
        make(
            "scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", "scheduling.v1", PriorityClassStrategy(),
            short: ["pc"], namespaced: false),
        make(
            "discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", "discovery.v1",
            StoredStrategy(hasGeneration: true)),
        make(
            "autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "autoscaling.v2",
            AutoscalerStrategy(), short: ["hpa"], categories: ["all"], subresources: [.status]),
        make("batch", "v1", "Job", "jobs", "batch.v1", StoredStrategy(), categories: ["all"], subresources: [.status]),
        make(
            "networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", "networking.v1",
            StoredStrategy(hasGeneration: true), short: ["netpol"]),
        make(
            "storage.k8s.io", "v1", "StorageClass", "storageclasses", "storage.v1", StoredStrategy(), short: ["sc"],
            namespaced: false),
        make("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", "node.v1", StoredStrategy(), namespaced: false),
        make(
            "apiextensions.k8s.io", "v1", "CustomResourceDefinition", "customresourcedefinitions", nil,
            CustomResourceDefinitionStrategy(), short: ["crd", "crds"], categories: ["api-extensions"],
            namespaced: false, subresources: [.status]),
        make(
            "apiregistration.k8s.io", "v1", "APIService", "apiservices", nil, StoredStrategy(),
            categories: ["api-extensions"], namespaced: false, subresources: [.status]),
    ]

    private static let access: [ResourceDefinition] = [
        make("rbac.authorization.k8s.io", "v1", "Role", "roles", "rbac.v1", StoredStrategy(nameRule: .pathSegment)),
        make(
            "rbac.authorization.k8s.io", "v1", "RoleBinding", "rolebindings", "rbac.v1",
            StoredStrategy(nameRule: .pathSegment)),
        make(
            "rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", "rbac.v1",
            StoredStrategy(nameRule: .pathSegment), namespaced: false),
        make(
            "rbac.authorization.k8s.io", "v1", "ClusterRoleBinding", "clusterrolebindings", "rbac.v1",
            StoredStrategy(nameRule: .pathSegment), namespaced: false),
        review("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews", "authorization.v1"),
        review("authorization.k8s.io", "SubjectAccessReview", "subjectaccessreviews", "authorization.v1"),
        review("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews", "authorization.v1"),
        review("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews", "authentication.v1"),
    ]

    private static func workload(
        _ kind: String, _ plural: String, _ strategy: WorkloadStrategy.Kind, short: [String]
    ) -> ResourceDefinition {
        var definition = make(
            "apps", "v1", kind, plural, "apps.v1", WorkloadStrategy(kind: strategy), short: short, categories: ["all"],
            subresources: strategy == .daemonSet ? [.status] : [.status, .scale])
        definition.scale = .init(
            spec: ["spec", "replicas"], status: ["status", "replicas"], selector: ["spec", "selector"])
        return definition
    }

    private static func review(_ group: String, _ kind: String, _ plural: String, _ package: String)
        -> ResourceDefinition
    {
        var definition = make(group, "v1", kind, plural, package, StoredStrategy(), namespaced: false)
        definition.isVirtual = true
        return definition
    }

    private static func make(
        _ group: String, _ version: String, _ kind: String, _ plural: String, _ package: String?,
        _ strategy: any ResourceStrategy, short: [String] = [], categories: [String] = [], namespaced: Bool = true,
        subresources: Set<ResourceDefinition.Subresource> = []
    ) -> ResourceDefinition {
        let schema = BuiltInSchemas.schema(package.map { "\($0).\(kind)" } ?? kind)
        return ResourceDefinition(
            type: ResourceType(group: group, version: version, kind: kind, plural: plural, isNamespaced: namespaced),
            schema: schema ?? .any, strategy: strategy, shortNames: short, categories: categories,
            subresources: subresources)
    }
}
