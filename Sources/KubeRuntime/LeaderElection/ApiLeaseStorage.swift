public import KubeClient
public import KubeCore

/// A lease on an API server. It is changed by a merge patch that carries the resourceVersion: an optimistic update that
/// leaves fields alone which `Lease` does not name.
public struct ApiLeaseStorage: LeaseStorage {
    private let api: Api<Lease>
    private let key: NamespacedName

    /// - Parameter client: not one whose writes are fenced by this very election.
    public init(client: KubeClient, lease key: NamespacedName) {
        api = Api(client, namespace: key.namespace)
        self.key = key
    }

    public func read() async throws -> Lease? { try await api.getIfExists(key.name) }

    public func create(_ spec: Lease.Spec) async throws -> Lease {
        try await api.create(Lease(metadata: ObjectMeta(name: key.name, namespace: key.namespace), spec: spec))
    }

    public func update(_ spec: Lease.Spec, resourceVersion: String) async throws -> Lease {
        let metadata: JSONValue = ["resourceVersion": .string(resourceVersion)]
        let patch: JSONValue = ["metadata": metadata, "spec": try JSONValue(encoding: spec)]
        return try await api.patch(key.name, .merge(patch))
    }
}
