import KubeCore

/// The resource that a path names.
struct RequestTarget: Sendable {
    var definition: ResourceDefinition
    /// Nil for cluster-scoped resources and for all namespaces.
    var namespace: String?
    var name: String?
    var subresource: ResourceDefinition.Subresource?

    /// Reads `/api/v1/…` and `/apis/<group>/<version>/…`. Nil for paths that are no resource's. Errors: 404.
    init?(path: [String], _ registry: Registry) throws(Status) {
        let isCore = path.first == "api"
        guard isCore || path.first == "apis", path.count >= (isCore ? 3 : 4) else { return nil }
        let group = isCore ? "" : path[1]
        let version = isCore ? path[1] : path[2]
        var rest = path[(isCore ? 2 : 3)...]
        // /namespaces/<name>/<resource> is inside a namespace; /namespaces/<name>[/status] is the namespace itself.
        if rest.first == "namespaces", rest.count >= 3, !["status", "finalize"].contains(rest[rest.startIndex + 2]) {
            namespace = rest[rest.startIndex + 1]
            rest = rest.dropFirst(2)
        }
        guard let plural = rest.popFirst(),
            let found = registry.definition(group: group, version: version, plural: plural)
        else { throw Status.unknownPath() }
        definition = found
        name = rest.popFirst()
        if let word = rest.popFirst() {
            guard let subresource = ResourceDefinition.Subresource(rawValue: word),
                found.subresources.contains(subresource)
            else { throw Status.unknownPath() }
            self.subresource = subresource
        }
        let needsNamespace = found.type.isNamespaced && name != nil
        guard rest.isEmpty, found.type.isNamespaced || namespace == nil, !needsNamespace || namespace != nil else {
            throw Status.unknownPath()
        }
    }

    /// The object that the path names.
    var key: NamespacedName { NamespacedName(namespace: namespace ?? "", name: name ?? "") }
}
