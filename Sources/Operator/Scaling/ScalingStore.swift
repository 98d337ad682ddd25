internal import DeepSeekAPI
internal import FoundationEssentials
internal import KubeClient
internal import KubeCore
internal import KubeRuntime

/// Keeps the autoscaler's memory of each cluster in a ConfigMap of the cluster's own, `<name>-autoscaling`.
struct ScalingStore: Sendable {
    enum Loaded {
        case absent
        case stored(StoredScaling, uid: String?)
        /// There is something of the cluster's, but not what we stored: it is overwritten.
        case unreadable(String, uid: String?)
        /// It cannot be kept, and why.
        case unavailable(String)
    }

    enum Saved {
        /// The uid of the object.
        case saved(uid: String?)
        case unavailable(String)
    }

    let client: KubeClient

    private static let key = "state"
    /// Many times what we write.
    private static let maximumLength = 256 << 10

    /// Errors: `KubeError`, where trying again may help.
    func load(_ cluster: DeepSeekCluster) async throws(KubeError) -> Loaded {
        let name = Self.name(cluster)
        let found: ConfigMap?
        do throws(KubeError) {
            found = try await api(cluster).getIfExists(name)
        } catch {
            guard error.isRefusal else { throw error }
            return .unavailable("ConfigMap \(name) cannot be read: \(error)")
        }
        guard let found else { return .absent }
        guard found.metadata.isControlled(by: cluster) else { return .unavailable(Self.isForeign(name)) }
        let text = found.data?[Self.key] ?? ""
        guard text.utf8.count <= Self.maximumLength,
            let stored = try? JSONDecoder().decode(StoredScaling.self, from: Data(text.utf8)),
            stored.version == StoredScaling.currentVersion
        else {
            let problem = "ConfigMap \(name) does not hold what the operator stored: the autoscaler begins anew"
            return .unreadable(problem, uid: found.metadata.uid)
        }
        return .stored(stored, uid: found.metadata.uid)
    }

    /// Writes the whole object.
    ///
    /// - Parameter uid: of the object as it was last seen, so that one which came in its place is a conflict; nil makes it.
    /// - Throws: `KubeError`, where trying again may help.
    func save(
        _ stored: StoredScaling, of cluster: DeepSeekCluster, uid: String?
    ) async throws(KubeError) -> Saved {
        var manifest = try Self.manifest(stored, cluster)
        let name = Self.name(cluster)
        let api = api(cluster)
        do throws(KubeError) {
            if let uid {
                manifest[path: "metadata", "uid"] = .string(uid)
                let patch = Patch.apply(manifest, fieldManager: FieldManager.memory.rawValue, force: true)
                return .saved(uid: try await api.patch(name, patch).metadata.uid)
            }
            let options = WriteOptions(fieldManager: FieldManager.memory.rawValue)
            return .saved(uid: try await api.create(manifest, options: options).metadata.uid)
        } catch  where error.isAlreadyExists {
            guard let found = try await api.getIfExists(name), found.metadata.isControlled(by: cluster) else {
                return .unavailable(Self.isForeign(name))
            }
            return try await save(stored, of: cluster, uid: found.metadata.uid)
        } catch  where error.isRefusal {
            return .unavailable("ConfigMap \(name) cannot be written: \(error)")
        }
    }

    private static func manifest(
        _ stored: StoredScaling, _ cluster: DeepSeekCluster
    ) throws(KubeError) -> JSONValue {
        do {
            return Manifests.scalingMemory(of: cluster, data: [key: try JSONValue(encoding: stored).jsonText])
        } catch {
            throw .invalidRequest("the memory of \(cluster.namespacedName) cannot be written as JSON: \(error)")
        }
    }

    private static func isForeign(_ name: String) -> String {
        "ConfigMap \(name) exists and does not belong to this DeepSeekCluster"
    }

    private static func name(_ cluster: DeepSeekCluster) -> String {
        ObjectNames(cluster: cluster.metadata.name).scalingMemory
    }

    private func api(_ cluster: DeepSeekCluster) -> Api<ConfigMap> {
        Api(client, namespace: cluster.metadata.namespace)
    }
}
