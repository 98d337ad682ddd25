internal import HTTPTransport
public import KubeCore

/// The requests on one kind of object, in one namespace or across all.
///
/// `Object` may be a slim type that names only some fields, or `JSONValue` for whole objects.
///
/// ## Errors
/// Everything throws ``KubeError``: what the server refuses as ``KubeError/api(_:)``, what it answers in another form
/// than `Object` as ``KubeError/decoding(_:)`` with type and field.
public struct Api<Object: Decodable & Sendable>: Sendable {
    public let client: KubeClient
    public let type: ResourceType
    /// `nil` for all namespaces, and for cluster-scoped kinds.
    public let namespace: String?

    public init(_ client: KubeClient, _ type: ResourceType, namespace: String? = nil) {
        self.client = client
        self.type = type
        self.namespace = type.isNamespaced ? namespace : nil
    }

    /// The same kind in one namespace.
    public func inNamespace(_ namespace: String) -> Api { Api(client, type, namespace: namespace) }

    public func get(_ name: String) async throws(KubeError) -> Object {
        try await send(KubeRequest(path: try path(name)), as: Object.self)
    }

    /// `get`, with `nil` for an object that does not exist.
    public func getIfExists(_ name: String) async throws(KubeError) -> Object? {
        do throws(KubeError) {
            return try await get(name)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }
}

extension Api where Object: KubernetesObject {
    public init(_ client: KubeClient, namespace: String? = nil) {
        self.init(client, Object.resourceType, namespace: namespace)
    }
}

extension Api {
    /// `/api/v1/namespaces/<namespace>/<plural>`, or `/apis/<group>/<version>/…`.
    var collectionPath: [String] {
        let root = type.group.isEmpty ? ["api", type.version] : ["apis", type.group, type.version]
        return root + (namespace.map { ["namespaces", $0] } ?? []) + [type.plural]
    }

    func path(_ name: String, subresource: String? = nil) throws(KubeError) -> [String] {
        try checkNamespace()
        guard !name.isEmpty, name != ".", name != "..", !name.contains("/") else {
            throw .invalidRequest("\"\(name)\" cannot be the name of one of \(type.groupResource)")
        }
        return collectionPath + [name] + (subresource.map { [$0] } ?? [])
    }

    /// One object of a namespaced kind is only found in a namespace.
    func checkNamespace() throws(KubeError) {
        guard type.isNamespaced else { return }
        guard let namespace, !namespace.isEmpty, namespace != ".", namespace != "..", !namespace.contains("/") else {
            throw .invalidRequest("\(type.groupResource) are namespaced, and this needs the name of a namespace")
        }
    }

    func send<Answer: Decodable>(
        _ request: KubeRequest, as type: Answer.Type
    ) async throws(KubeError) -> Answer {
        try AnswerDecoder.decode(try await client.send(request).body, as: type)
    }
}
