import KubeCore

/// The kinds that the controllers work on.
extension ResourceType {
    static let pods = Pod.resourceType
    static let services = Service.resourceType
    static let deployments = Deployment.resourceType
    static let podDisruptionBudgets = PodDisruptionBudget.resourceType
    static let replicaSets = ResourceType(group: "apps", version: "v1", kind: "ReplicaSet", plural: "replicasets")
    static let nodes = ResourceType(group: "", version: "v1", kind: "Node", plural: "nodes", isNamespaced: false)
    static let endpoints = ResourceType(group: "", version: "v1", kind: "Endpoints", plural: "endpoints")
    static let endpointSlices = ResourceType(
        group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice", plural: "endpointslices")
    static let events = ResourceType(group: "", version: "v1", kind: "Event", plural: "events")
}

/// The fields of metadata that controllers read.
extension JSONValue {
    var metaUID: String { self[path: "metadata", "uid"]?.stringValue ?? "" }
    var metaName: String { self[path: "metadata", "name"]?.stringValue ?? "" }
    var metaNamespace: String { self[path: "metadata", "namespace"]?.stringValue ?? "" }
    var metaKey: NamespacedName { NamespacedName(namespace: metaNamespace, name: metaName) }
    var metaGeneration: Int64 { self[path: "metadata", "generation"]?.intValue ?? 0 }
    var metaCreation: String { self[path: "metadata", "creationTimestamp"]?.stringValue ?? "" }
    var metaIsDeleting: Bool { self[path: "metadata", "deletionTimestamp"]?.stringValue != nil }
    var metaLabels: [String: String] { strings(self[path: "metadata", "labels"]) }
    var metaFinalizers: [String] { (self[path: "metadata", "finalizers"]?.arrayValue ?? []).compactMap(\.stringValue) }
    var metaOwners: [JSONValue] { self[path: "metadata", "ownerReferences"]?.arrayValue ?? [] }
    var metaController: JSONValue? { metaOwners.first { $0["controller"]?.boolValue == true } }
    func metaAnnotation(_ key: String) -> String? { self[path: "metadata", "annotations", key]?.stringValue }

    /// The reference of an object that this one controls.
    func controllerReference(_ type: ResourceType) -> JSONValue {
        [
            "apiVersion": .string(type.apiVersion), "kind": .string(type.kind), "name": .string(metaName),
            "uid": .string(metaUID), "controller": true, "blockOwnerDeletion": true,
        ]
    }

    private func strings(_ value: JSONValue?) -> [String: String] {
        (value?.objectValue ?? [:]).compactMapValues(\.stringValue)
    }
}
