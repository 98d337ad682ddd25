/// Which kind of object, and where its requests go: what discovery would say of it.
public struct ResourceType: Sendable, Hashable {
    /// The API group, empty for the core group.
    public var group: String
    public var version: String
    public var kind: String
    /// The lower-case name in URLs, such as `deployments`.
    public var plural: String
    public var isNamespaced: Bool

    public init(group: String, version: String, kind: String, plural: String, isNamespaced: Bool = true) {
        self.group = group
        self.version = version
        self.kind = kind
        self.plural = plural
        self.isNamespaced = isNamespaced
    }

    /// `group/version`, or the version alone for the core group.
    public var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }

    /// `plural.group`, as RBAC and kubectl name it.
    public var groupResource: String { group.isEmpty ? plural : "\(plural).\(group)" }
}

/// A type that mirrors one kind of the Kubernetes API. It names only the fields in use, so that decoding a cache of
/// many objects stays cheap; unknown fields are dropped on reading, which is why such a value is never written back
/// as a whole.
public protocol KubernetesObject: Codable, Sendable {
    static var resourceType: ResourceType { get }
    var metadata: ObjectMeta { get set }
    /// Holds values that the pool knows only once. Those of the metadata, where a type says nothing else.
    mutating func share(_ pool: inout ValuePool)
}

extension KubernetesObject {
    public mutating func share(_ pool: inout ValuePool) { metadata.share(&pool) }

    public var namespacedName: NamespacedName {
        NamespacedName(namespace: metadata.namespace ?? "", name: metadata.name)
    }

    /// The reference that an object owned by this one carries, as its controller.
    public func controllerReference(blockOwnerDeletion: Bool = true) -> OwnerReference {
        OwnerReference(
            apiVersion: Self.resourceType.apiVersion, kind: Self.resourceType.kind, name: metadata.name,
            uid: metadata.uid ?? "", controller: true, blockOwnerDeletion: blockOwnerDeletion)
    }
}
