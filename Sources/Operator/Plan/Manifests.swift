internal import DeepSeekAPI
internal import KubeCore
internal import Migration

/// The objects of a cluster as they are applied.
struct Manifests {
    var cluster: DeepSeekCluster
    /// Whether the server has policy/v1; without it v1beta1 is used.
    var disruptionBudgetType: ResourceType

    private var names: ObjectNames { ObjectNames(cluster: cluster.metadata.name) }
    private var clusterName: String { cluster.metadata.name }

    /// apiVersion, kind and the metadata that all objects share.
    func object(
        _ type: ResourceType, name: String, revision: String? = nil, annotations: [String: String]? = nil
    ) -> JSONValue {
        let labels =
            revision.map { Labels.revision($0, cluster: clusterName) } ?? Labels.common(cluster: clusterName)
        let owner = cluster.controllerReference()
        var metadata: JSONValue = [
            "name": .string(name),
            "namespace": .string(cluster.metadata.namespace ?? ""),
            "labels": JSONValue(labels),
            "ownerReferences": [
                [
                    "apiVersion": .string(owner.apiVersion), "kind": .string(owner.kind), "name": .string(owner.name),
                    "uid": .string(owner.uid), "controller": true, "blockOwnerDeletion": true,
                ]
            ],
        ]
        if let annotations, !annotations.isEmpty { metadata["annotations"] = JSONValue(annotations) }
        return ["apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "metadata": metadata]
    }

    /// The snapshot of a revision. `number` grows with every revision of a cluster.
    func controllerRevision(_ revision: String, number: Int64, template: JSONValue, inputs: JSONValue) -> JSONValue {
        var result = object(ControllerRevision.resourceType, name: names.revision(revision), revision: revision)
        result["revision"] = .int(number)
        result["data"] = ["template": template, "inputs": inputs]
        return result
    }

    /// The Deployment without its replicas and its claim, which belong to another manager.
    ///
    /// - Parameter restartedAt: when a person last had its pods replaced.
    func deployment(_ revision: String, template: JSONValue, restartedAt: String?) -> JSONValue {
        var template = template
        if let restartedAt {
            template[path: ["metadata", "annotations", Annotations.restartedAt]] = .string(restartedAt)
        }
        var result = object(Deployment.resourceType, name: names.revision(revision), revision: revision)
        result["spec"] = [
            "selector": ["matchLabels": JSONValue(Labels.selector(revision: revision, cluster: clusterName))],
            "template": template,
            "progressDeadlineSeconds": JSONValue(cluster.spec.resolvedProgressDeadlineSeconds),
            "revisionHistoryLimit": 1,
            // Only a repaired drift changes a revision's template, and there may be no GPU to spare for a surge.
            "strategy": ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 0, "maxUnavailable": 1]],
        ]
        return result
    }

    /// What the scaling manager owns of a Deployment.
    func scale(_ revision: String, replicas: Int, claim: Int64) -> JSONValue {
        [
            "apiVersion": .string(Deployment.resourceType.apiVersion), "kind": "Deployment",
            "metadata": [
                "name": .string(names.revision(revision)), "namespace": .string(cluster.metadata.namespace ?? ""),
                "annotations": [MigrationAnnotation.claim: .string("\(claim)")],
            ],
            "spec": ["replicas": JSONValue(replicas)],
        ]
    }

    func disruptionBudget(_ revision: String) -> JSONValue {
        var result = object(disruptionBudgetType, name: names.revision(revision), revision: revision)
        result["spec"] = [
            "maxUnavailable": 1,
            "selector": ["matchLabels": JSONValue(Labels.selector(revision: revision, cluster: clusterName))],
        ]
        // policy/v1beta1 is only used below 1.21, and the field came with 1.26.
        if disruptionBudgetType.version == "v1" { result[path: "spec", "unhealthyPodEvictionPolicy"] = "AlwaysAllow" }
        return result
    }

    func serviceAccount() -> JSONValue {
        var result = object(ServiceAccount.resourceType, name: names.serviceAccount)
        result["automountServiceAccountToken"] = false
        return result
    }

    /// The client entry. Its selector is the one place that says which revision is active; the record of the
    /// migration is always written with it.
    func liveService(selecting selection: Selection, record: String) -> JSONValue {
        let service = cluster.spec.service
        var annotations = service?.annotations ?? [:]
        annotations[MigrationAnnotation.record] = record
        var result = object(Service.resourceType, name: names.liveService, annotations: annotations)
        result["spec"] = ["type": .string(service?.type?.rawValue ?? "ClusterIP"), "ports": [port]]
        if let selector = selection.selector(cluster: clusterName) {
            result[path: "spec", "selector"] = JSONValue(selector)
        }
        return result
    }

    /// The entry for a look at the next revision before clients reach it.
    func previewService(selecting revision: String) -> JSONValue {
        var result = object(Service.resourceType, name: names.previewService)
        result["spec"] = [
            "type": "ClusterIP", "selector": JSONValue(Labels.selector(revision: revision, cluster: clusterName)),
            "ports": [port],
        ]
        return result
    }

    /// All pods of the cluster, for scraping them: also those that are not ready.
    func podsService() -> JSONValue {
        var result = object(Service.resourceType, name: names.podsService)
        result["spec"] = [
            "type": "ClusterIP", "clusterIP": "None", "publishNotReadyAddresses": true,
            "selector": [Labels.cluster: .string(clusterName)],
            "ports": [port],
        ]
        return result
    }

    /// What the autoscaler keeps over restarts.
    static func scalingMemory(of cluster: DeepSeekCluster, data: [String: String]) -> JSONValue {
        let manifests = Manifests(cluster: cluster, disruptionBudgetType: PodDisruptionBudget.resourceType)
        var result = manifests.object(ConfigMap.resourceType, name: manifests.names.scalingMemory)
        result["data"] = JSONValue(data)
        return result
    }

    private var port: JSONValue {
        [
            "name": "http", "port": JSONValue(cluster.spec.engine.resolvedPort), "targetPort": "http",
            "protocol": "TCP",
        ]
    }
}
