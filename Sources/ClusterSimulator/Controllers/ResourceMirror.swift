import KubeCore

/// One change that a mirror has taken over. `old` is nil for a new object, `new` for one that is gone.
struct ObjectChange {
    var type: ResourceType
    var name: NamespacedName
    var old: JSONValue?
    var new: JSONValue?
}

/// The objects of one type as the store has them, with indexes by owner and by label: what informers and listers are
/// to real controllers.
final class ResourceMirror {
    let type: ResourceType
    private let store: any ObjectStore
    /// Raised whenever `drain` may have something.
    private let changes: WakeUp
    private var watch: ObjectWatch?
    private(set) var objects: [NamespacedName: JSONValue] = [:]
    private var byOwner: [String: Set<NamespacedName>] = [:]
    private var byLabel: [LabelPair: Set<NamespacedName>] = [:]

    private struct LabelPair: Hashable {
        var namespace: String
        var key: String
        var value: String
    }

    init(_ type: ResourceType, store: any ObjectStore, changes: WakeUp) {
        self.type = type
        self.store = store
        self.changes = changes
    }

    subscript(name: NamespacedName) -> JSONValue? { objects[name] }

    /// Objects that name an owner's uid, in the order of their names.
    func owned(by uid: String) -> [JSONValue] { (byOwner[uid] ?? []).sorted().compactMap { objects[$0] } }

    /// Objects of a namespace with all of these labels, in the order of their names. Looks only at those with the
    /// rarest of the labels.
    func matching(_ labels: [String: String], namespace: String) -> [JSONValue] {
        let candidates = labels.map { byLabel[LabelPair(namespace: namespace, key: $0.key, value: $0.value)] ?? [] }
        guard let fewest = candidates.min(by: { $0.count < $1.count }) else { return [] }
        return fewest.filter { name in candidates.allSatisfy { $0.contains(name) } }.sorted()
            .compactMap { objects[$0] }
    }

    /// Takes over what has happened since the last call. Errors: `Status` when the store does not serve the type.
    func drain() throws(Status) -> [ObjectChange] {
        guard let events = watch?.drain() else { return try relist() }
        return events.compactMap { event in
            let name = event.object.metaKey
            // JSONValue takes a nil literal for null, so the absent object has to be spelled out.
            return replace(name, with: event.kind == .deleted ? JSONValue?.none : event.object)
        }
    }

    /// The watch fell behind or never was: compares everything.
    private func relist() throws(Status) -> [ObjectChange] {
        let snapshot = try store.list(type, namespace: nil)
        let watch = try store.watch(type, namespace: nil, after: snapshot.resourceVersion)
        watch.forward(to: changes)
        self.watch = watch
        var gone = Set(objects.keys)
        var changes: [ObjectChange] = []
        for object in snapshot.items {
            let name = object.metaKey
            gone.remove(name)
            if objects[name] != object, let change = replace(name, with: object) { changes.append(change) }
        }
        return changes + gone.sorted().compactMap { replace($0, with: JSONValue?.none) }
    }

    private func replace(_ name: NamespacedName, with new: JSONValue?) -> ObjectChange? {
        let old = objects[name]
        guard old != nil || new != nil else { return nil }
        if let old { updateIndexes(name, of: old) { $0.remove(name) } }
        objects[name] = new
        if let new { updateIndexes(name, of: new) { $0.insert(name) } }
        return ObjectChange(type: type, name: name, old: old, new: new)
    }

    private func updateIndexes(
        _ name: NamespacedName, of object: JSONValue, _ change: (inout Set<NamespacedName>) -> Void
    ) {
        for uid in object.metaOwners.compactMap({ $0["uid"]?.stringValue }) {
            change(&byOwner[uid, default: []])
            if byOwner[uid]?.isEmpty ?? false { byOwner[uid] = nil }
        }
        for (key, value) in object.metaLabels {
            let pair = LabelPair(namespace: name.namespace, key: key, value: value)
            change(&byLabel[pair, default: []])
            if byLabel[pair]?.isEmpty ?? false { byLabel[pair] = nil }
        }
    }
}
