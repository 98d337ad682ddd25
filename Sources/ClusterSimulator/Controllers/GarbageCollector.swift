import Base
import KubeCore

/// Deletes objects whose owners are gone, and carries out foreground and orphan deletion.
///
/// An owner counts as gone only when the store itself says so: watches of different types are not in step.
final class GarbageCollector {
    private struct Node {
        var type: ResourceType
        var object: JSONValue
        var owners: Set<String>
    }

    private let store: any ObjectStore
    private let changes: WakeUp
    private let log: @Sendable (String) -> Void
    private var mirrors: [ResourceMirror]
    private var nodes: [String: Node] = [:]
    private var dependents: [String: Set<String>] = [:]
    private var queue: [String] = []
    private var queued: Set<String> = []
    /// Objects whose writes failed: how often in a row, and when to try again.
    private var retries: [String: (failures: Int, time: Timestamp)] = [:]
    /// Types by apiVersion and kind, as owner references name them.
    private var types: [String: ResourceType] = [:]
    private static let definitions = ResourceType(
        group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinition",
        plural: "customresourcedefinitions", isNamespaced: false)
    private static let options = WriteOptions(fieldManager: "kube-controller-manager")

    init(store: any ObjectStore, changes: WakeUp, log: @escaping @Sendable (String) -> Void) {
        self.store = store
        self.changes = changes
        self.log = log
        mirrors = []
        for type in CollectedTypes.builtIn + [Self.definitions] { add(type) }
    }

    private func add(_ type: ResourceType) {
        guard types.updateValue(type, forKey: "\(type.apiVersion)/\(type.kind)") == nil else { return }
        mirrors.append(ResourceMirror(type, store: store, changes: changes))
    }

    /// Takes over what has changed and does what follows. Returns whether it wrote anything.
    func step(now: Timestamp) throws(Status) -> Bool {
        for uid in retries.filter({ $0.value.time <= now }).keys.sorted() { enqueue(uid) }
        var index = 0
        while index < mirrors.count {  // A new definition adds a mirror on the way.
            do throws(Status) {
                for change in try mirrors[index].drain() { take(change) }
            } catch  where error.isNotFound {}  // A custom type whose definition went.
            index += 1
        }
        let batch = queue
        queue = []
        queued = []
        var hasWritten = false
        for uid in batch {
            do throws(Status) {
                hasWritten = try process(uid) || hasWritten
                retries[uid] = nil
            } catch  where error.isConflict || error.isNotFound {
                // The object moved on; its change is on its way here. Look again then, and now.
                enqueue(uid)
                hasWritten = true
            } catch {
                retryLater(uid, error, now: now)
            }
        }
        return hasWritten
    }

    /// When something will be due without a change: a write that failed; nil for never.
    var nextTimer: Timestamp? { retries.values.map(\.time).min() }

    private func retryLater(_ uid: String, _ error: Status, now: Timestamp) {
        guard let node = nodes[uid] else { return }
        let failures = retries[uid]?.failures ?? 0
        retries[uid] = (failures + 1, now + ControllerLoop.backoff.delay(attempt: failures))
        log("garbage collector: \(node.type.groupResource) \(node.object.metaKey): \(error)")
    }

    private func enqueue(_ uid: String) {
        if queued.insert(uid).inserted { queue.append(uid) }
    }

    private func take(_ change: ObjectChange) {
        guard let object = change.new ?? change.old else { return }
        let uid = object.metaUID
        if let old = change.old, old.metaUID != uid { forget(old.metaUID) }
        guard let new = change.new else {
            forget(uid)
            return
        }
        if change.type == Self.definitions { addCustomTypes(new) }
        let owners = Set(new.metaOwners.compactMap { $0["uid"]?.stringValue })
        for old in (nodes[uid]?.owners ?? []).subtracting(owners) { unlink(uid, from: old) }
        for owner in owners { dependents[owner, default: []].insert(uid) }
        let isNew = nodes[uid] == nil
        nodes[uid] = Node(type: change.type, object: new, owners: owners)
        if new.metaIsDeleting, new.metaFinalizers.contains(where: { $0 == "foregroundDeletion" || $0 == "orphan" }) {
            enqueue(uid)
        } else if isNew, owners.contains(where: { nodes[$0] == nil }) {
            enqueue(uid)
        }
    }

    private func forget(_ uid: String) {
        retries[uid] = nil
        guard let node = nodes.removeValue(forKey: uid) else { return }
        for owner in node.owners { unlink(uid, from: owner) }
        for dependent in (dependents[uid] ?? []).sorted() { enqueue(dependent) }
    }

    private func unlink(_ uid: String, from owner: String) {
        dependents[owner]?.remove(uid)
        if dependents[owner]?.isEmpty ?? false { dependents[owner] = nil }
        if nodes[owner]?.object.metaIsDeleting ?? false { enqueue(owner) }
    }

    private func addCustomTypes(_ definition: JSONValue) {
        guard let spec = definition["spec"], let group = spec["group"]?.stringValue,
            let kind = spec[path: "names", "kind"]?.stringValue,
            let plural = spec[path: "names", "plural"]?.stringValue
        else { return }
        let isNamespaced = spec["scope"]?.stringValue != "Cluster"
        for version in spec["versions"]?.arrayValue ?? [] where version["served"]?.boolValue ?? false {
            guard let name = version["name"]?.stringValue else { continue }
            add(ResourceType(group: group, version: name, kind: kind, plural: plural, isNamespaced: isNamespaced))
        }
    }

    // MARK: One object

    private func process(_ uid: String) throws(Status) -> Bool {
        guard let node = nodes[uid] else { return false }
        if node.object.metaIsDeleting {
            if node.object.metaFinalizers.contains("orphan") { return try orphan(node, uid) }
            if node.object.metaFinalizers.contains("foregroundDeletion") { return try waitForDependents(node, uid) }
            return false
        }
        return try attemptToDelete(node, uid)
    }

    /// Deletes an object without a living owner; takes the dead ones off one that has another.
    private func attemptToDelete(_ node: Node, _ uid: String) throws(Status) -> Bool {
        var solid = 0
        var dead: Set<String> = []
        var waits = false
        for reference in node.object.metaOwners {
            switch try state(of: reference, namespace: node.object.metaNamespace) {
            case .absent: dead.insert(reference["uid"]?.stringValue ?? "")
            case .waitingForDependents:
                dead.insert(reference["uid"]?.stringValue ?? "")
                waits = true
            case .present: solid += 1
            }
        }
        guard !dead.isEmpty else { return false }
        if solid > 0 {
            try removeOwners(dead, from: node)
            return true
        }
        let isForeground = waits && !(dependents[uid] ?? []).isEmpty
        try store.delete(
            node.type, node.object.metaKey,
            options: DeleteOptions(uid: uid, propagationPolicy: isForeground ? .foreground : .background))
        return true
    }

    private enum OwnerState {
        case present, absent, waitingForDependents
    }

    private func state(of reference: JSONValue, namespace: String) throws(Status) -> OwnerState {
        let kind = "\(reference["apiVersion"]?.stringValue ?? "")/\(reference["kind"]?.stringValue ?? "")"
        // Of a kind that is not served nothing is known: keep the dependent.
        guard let type = types[kind], let name = reference["name"]?.stringValue else { return .present }
        let key = NamespacedName(namespace: type.isNamespaced ? namespace : "", name: name)
        do throws(Status) {
            let owner = try store.get(type, key)
            guard owner.metaUID == reference["uid"]?.stringValue else { return .absent }
            let isWaiting = owner.metaIsDeleting && owner.metaFinalizers.contains("foregroundDeletion")
            return isWaiting && reference["blockOwnerDeletion"]?.boolValue ?? false ? .waitingForDependents : .present
        } catch  where error.isNotFound {
            return .absent
        }
    }

    /// Foreground: the owner goes when no dependent that blocks it is left.
    private func waitForDependents(_ node: Node, _ uid: String) throws(Status) -> Bool {
        let blocking = (dependents[uid] ?? []).sorted().filter { dependent in
            nodes[dependent]?.object.metaOwners.contains {
                $0["uid"]?.stringValue == uid && $0["blockOwnerDeletion"]?.boolValue == true
            } ?? false
        }
        guard !blocking.isEmpty else {
            try removeFinalizer("foregroundDeletion", from: node)
            return true
        }
        for dependent in blocking where !(nodes[dependent]?.object.metaIsDeleting ?? true) { enqueue(dependent) }
        return !queue.isEmpty
    }

    /// Orphan: the dependents forget their owner, then it goes.
    private func orphan(_ node: Node, _ uid: String) throws(Status) -> Bool {
        for dependent in (dependents[uid] ?? []).sorted() {
            guard let child = nodes[dependent] else { continue }
            try removeOwners([uid], from: child)
        }
        try removeFinalizer("orphan", from: node)
        return true
    }

    private func removeOwners(_ uids: Set<String>, from node: Node) throws(Status) {
        var object = try store.get(node.type, node.object.metaKey)
        guard object.metaUID == node.object.metaUID else { return }
        let kept = object.metaOwners.filter { !uids.contains($0["uid"]?.stringValue ?? "") }
        guard kept.count < object.metaOwners.count else { return }
        object[path: "metadata", "ownerReferences"] = .array(kept)
        try store.update(node.type, object, options: Self.options)
    }

    private func removeFinalizer(_ name: String, from node: Node) throws(Status) {
        var object = try store.get(node.type, node.object.metaKey)
        guard object.metaUID == node.object.metaUID, object.metaFinalizers.contains(name) else { return }
        object[path: "metadata", "finalizers"] = JSONValue(object.metaFinalizers.filter { $0 != name })
        try store.update(node.type, object, options: Self.options)
    }
}

/// The built-in types that own or are owned.
enum CollectedTypes {
    static let builtIn: [ResourceType] =
        [
            .nodes, .deployments, .replicaSets, .pods, .services, .endpoints, .endpointSlices, .podDisruptionBudgets,
        ]
        + [
            core("ConfigMap", "configmaps"), core("Secret", "secrets"), core("ServiceAccount", "serviceaccounts"),
            core("PersistentVolumeClaim", "persistentvolumeclaims"), core("ResourceQuota", "resourcequotas"),
            ResourceType(group: "", version: "v1", kind: "Namespace", plural: "namespaces", isNamespaced: false),
            apps("StatefulSet", "statefulsets"), apps("DaemonSet", "daemonsets"),
            apps("ControllerRevision", "controllerrevisions"),
            ResourceType(group: "batch", version: "v1", kind: "Job", plural: "jobs"),
            ResourceType(
                group: "autoscaling", version: "v2", kind: "HorizontalPodAutoscaler",
                plural: "horizontalpodautoscalers"),
            ResourceType(
                group: "networking.k8s.io", version: "v1", kind: "NetworkPolicy", plural: "networkpolicies"),
            ResourceType(group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases"),
            ResourceType(group: "rbac.authorization.k8s.io", version: "v1", kind: "Role", plural: "roles"),
            ResourceType(
                group: "rbac.authorization.k8s.io", version: "v1", kind: "RoleBinding", plural: "rolebindings"),
        ]

    private static func core(_ kind: String, _ plural: String) -> ResourceType {
        ResourceType(group: "", version: "v1", kind: kind, plural: plural)
    }

    private static func apps(_ kind: String, _ plural: String) -> ResourceType {
        ResourceType(group: "apps", version: "v1", kind: kind, plural: plural)
    }
}
