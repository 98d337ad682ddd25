internal import DeepSeekAPI
internal import KubeClient
internal import KubeCore
internal import KubeRuntime

/// An object that has the name of one of a cluster's and belongs to somebody else. It is never taken over.
struct NameConflict: Error, CustomStringConvertible {
    var kind: String
    var name: String

    var description: String {
        "\(kind) \(name) exists and does not belong to this DeepSeekCluster; rename or delete one of them"
    }
}

/// Carries out the writes of a plan.
struct ActionExecutor: Sendable {
    /// Only the metadata of an answer.
    private struct Answer: Decodable, Sendable {
        var metadata: ObjectMeta
    }

    var client: KubeClient
    var ledger: AppliedLedger

    /// Returns whether something changed. Errors: `KubeError`, `NameConflict`.
    func execute(_ action: Action, of cluster: DeepSeekCluster) async throws -> Bool {
        let key = cluster.namespacedName
        switch action {
        case .create(let resource, let body, let manager):
            return try await create(resource, body, manager, cluster, isNew: false)
        case .createNew(let resource, let body, let manager):
            return try await create(resource, body, manager, cluster, isNew: true)
        case .removeSelectorKeys(let keys, let service):
            return try await removeSelectorKeys(keys, of: service)
        case .apply(let application):
            return try await apply(application, cluster)
        case .delete(let resource, let name, let uid, let resourceVersion):
            return try await delete(resource, name, uid, resourceVersion, key)
        case .fillReplicas(let replicas):
            let api = Api<DeepSeekCluster>(client, namespace: key.namespace)
            let patch: JSONValue = [
                "metadata": ["resourceVersion": .string(cluster.metadata.resourceVersion ?? "")],
                "spec": ["replicas": JSONValue(replicas)],
            ]
            _ = try await api.patchScale(
                key.name, .merge(patch), options: WriteOptions(fieldManager: FieldManager.scaling.rawValue))
            return true
        }
    }

    /// An object of ours that is there already was made by an earlier try whose answer was lost, or by somebody whom the
    /// plan does not know of.
    ///
    /// - Parameter isNew: whether that is a conflict, so that the plan is made anew.
    private func create(
        _ resource: ResourceType, _ body: JSONValue, _ manager: FieldManager, _ cluster: DeepSeekCluster, isNew: Bool
    ) async throws -> Bool {
        let api = Api<Answer>(client, resource, namespace: cluster.metadata.namespace)
        let present: KubeError
        do throws(KubeError) {
            _ = try await api.create(body, options: WriteOptions(fieldManager: manager.rawValue))
            return true
        } catch {
            guard error.isAlreadyExists else { throw error }
            present = error
        }
        let name = body[path: "metadata", "name"]?.stringValue ?? ""
        if let existing = try await api.getIfExists(name)?.metadata, !existing.isControlled(by: cluster) {
            throw NameConflict(kind: resource.kind, name: name)
        }
        if isNew { throw present }
        return false
    }

    private func removeSelectorKeys(_ keys: [String], of service: ObjectMeta) async throws(KubeError) -> Bool {
        let patch: JSONValue = [
            "metadata": [
                "uid": .string(service.uid ?? ""), "resourceVersion": .string(service.resourceVersion ?? ""),
            ],
            "spec": ["selector": .object(Dictionary(keys.map { ($0, .null) }) { first, _ in first })],
        ]
        _ = try await Api<Answer>(client, Service.resourceType, namespace: service.namespace).patch(
            service.name, .merge(patch), options: WriteOptions(fieldManager: FieldManager.network.rawValue))
        return true
    }

    /// The uid of what was observed goes along, so that an object deleted meanwhile is a conflict and not made anew.
    private func apply(_ application: Application, _ cluster: DeepSeekCluster) async throws -> Bool {
        let key = cluster.namespacedName
        guard !ledger.isCurrent(application, of: key) else { return false }
        let api = Api<Answer>(client, application.resource, namespace: key.namespace)
        // What the cache does not hold may yet be there, under another owner or without our labels.
        let existing =
            if let observed = application.observed { observed } else {
                try await api.getIfExists(application.name)?.metadata
            }
        if let existing, !existing.isControlled(by: cluster) {
            throw NameConflict(kind: application.resource.kind, name: application.name)
        }
        var body = application.body
        body[path: "metadata", "uid"] = existing?.uid.map(JSONValue.string)
        if application.isExact {
            body[path: "metadata", "resourceVersion"] = existing?.resourceVersion.map(JSONValue.string)
        }
        let answer = try await api.patch(
            application.name, .apply(body, fieldManager: application.manager.rawValue, force: true))
        ledger.record(application, of: key, result: answer.metadata)
        return answer.metadata.resourceVersion != existing?.resourceVersion
    }

    /// What is gone is gone; what changed since it was seen is looked at again.
    private func delete(
        _ resource: ResourceType, _ name: String, _ uid: String, _ resourceVersion: String, _ cluster: NamespacedName
    ) async throws(KubeError) -> Bool {
        do throws(KubeError) {
            let api = Api<Answer>(client, resource, namespace: cluster.namespace)
            let options = DeleteOptions(propagationPolicy: .background, uid: uid, resourceVersion: resourceVersion)
            _ = try await api.delete(name, options: options)
            return true
        } catch {
            guard error.isNotFound else { throw error }
            return false
        }
    }
}
