internal import Base
internal import DeepSeekAPI
internal import KubeClient
internal import KubeCore

/// Writes statuses, and only those that differ from what is there.
final class StatusWriter: Sendable {
    private struct Written: Sendable {
        /// The resource version that the status was worked out from.
        var base: String?
        var status: DeepSeekClusterStatus
    }

    private let client: KubeClient
    private let written = Lock<[NamespacedName: Boxed<Written>]>([:])

    init(client: KubeClient) { self.client = client }

    /// The status that a cluster has, as far as we know: a cache that has not caught up with our own write would have
    /// us make the same transitions again, at another time.
    func known(_ cluster: DeepSeekCluster) -> DeepSeekClusterStatus? {
        written.withLock { written in
            guard let last = written[cluster.namespacedName]?.value else { return cluster.status }
            if last.base == cluster.metadata.resourceVersion { return last.status }
            written[cluster.namespacedName] = nil
            return cluster.status
        }
    }

    /// Applies `status` unless the cluster has it. Returns whether it was written.
    func write(_ status: DeepSeekClusterStatus, of cluster: DeepSeekCluster) async throws(KubeError) -> Bool {
        guard status != known(cluster) else { return false }
        let type = DeepSeekCluster.resourceType
        var body: JSONValue = [
            "apiVersion": .string(type.apiVersion), "kind": .string(type.kind),
            "metadata": [
                "name": .string(cluster.metadata.name), "namespace": .string(cluster.metadata.namespace ?? ""),
                "uid": .string(cluster.metadata.uid ?? ""),
            ],
        ]
        do {
            body["status"] = try JSONValue(encoding: status)
        } catch {
            throw .invalidRequest("the status of \(cluster.namespacedName) cannot be written as JSON: \(error)")
        }
        let api = Api<DeepSeekCluster>(client, namespace: cluster.metadata.namespace)
        _ = try await api.patchStatus(
            cluster.metadata.name, .apply(body, fieldManager: FieldManager.status.rawValue, force: true))
        written.withLock {
            $0[cluster.namespacedName] = Boxed(Written(base: cluster.metadata.resourceVersion, status: status))
        }
        return true
    }

    /// Forgets a cluster that is gone.
    func forget(_ cluster: NamespacedName) { written.withLock { $0[cluster] = nil } }
}
