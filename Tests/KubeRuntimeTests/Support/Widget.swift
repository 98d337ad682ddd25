import KubeCore

/// A kind for tests.
struct Widget: KubernetesObject, Equatable {
    static let resourceType = ResourceType(group: "example.com", version: "v1", kind: "Widget", plural: "widgets")
    var metadata: ObjectMeta

    init(_ name: String, uid: String? = nil, version: Int = 1, labels: [String: String]? = nil) {
        metadata = ObjectMeta(name: name, namespace: "ns", labels: labels)
        metadata.uid = uid ?? "uid-\(name)"
        metadata.resourceVersion = String(version)
        metadata.generation = 1
    }

    func owned(by owner: OwnerReference) -> Widget {
        var copy = self
        copy.metadata.ownerReferences = [owner]
        return copy
    }

    func with(generation: Int64, version: Int) -> Widget {
        var copy = self
        copy.metadata.generation = generation
        copy.metadata.resourceVersion = String(version)
        return copy
    }
}

func page(_ widgets: [Widget], version: String = "10", next: String? = nil) -> ObjectList<Widget> {
    ObjectList(metadata: ListMeta(resourceVersion: version, continue: next), items: widgets)
}

func key(_ name: String) -> NamespacedName { NamespacedName(namespace: "ns", name: name) }

extension Status {
    static let expired = Status(code: 410, reason: "Expired", message: "too old resource version")
    static let invalid = Status(code: 422, reason: "Invalid", message: "sendInitialEvents is forbidden")
    static let unavailable = Status(code: 503, reason: "ServiceUnavailable", message: "down")
}
