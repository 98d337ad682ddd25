public import KubeCore

extension ObjectMeta {
    /// The key of the controller that this object names as its owner, if it is of the given type (any version of it).
    /// An owner lives in the object's own namespace unless its kind has none.
    public func controller(ofType type: ResourceType) -> NamespacedName? {
        guard let owner = controllerReference, owner.kind == type.kind, owner.group == type.group else { return nil }
        return NamespacedName(namespace: type.isNamespaced ? namespace ?? "" : "", name: owner.name)
    }

    /// Whether `owner` is this very object's controller: the same uid, not only the same name.
    public func isControlled(by owner: some KubernetesObject) -> Bool {
        guard let uid = owner.metadata.uid else { return false }
        return controllerReference?.uid == uid
    }
}

extension OwnerReference {
    /// The API group, empty for the core group.
    public var group: String {
        apiVersion.split(separator: "/").count == 2 ? String(apiVersion.prefix { $0 != "/" }) : ""
    }
}
