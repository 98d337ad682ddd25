import Base
public import KubeCore

/// Of all stores: what belongs to one cluster is in several.
private let cachedValues = Lock(ValuePool())

/// Fills a `Store` from a watcher's events. One writer a store, used by one task at a time.
///
/// ## Guarantees
/// - A list replaces the store's content at once, when it is complete. What the store had and the list has not shows
///   as deleted: no deletion is lost to a disconnect. An object of the same name with another uid shows as the old
///   one's deletion and the new one's addition.
/// - Duplicate events (the same uid and resourceVersion) change nothing and are not reported.
/// - Late events change nothing: those of an object that was deleted (by uid, which is never used again), and those
///   with a lower resourceVersion than the stored object's. resourceVersions are compared only where both are decimal
///   numbers, as the API conventions define them; others count as newer.
///
/// ## Caveats
/// The uids of the last 4096 deletions are remembered, no more.
public final class StoreWriter<Object: KubernetesObject>: Sendable {
    private struct State {
        /// The list that is arriving, nil outside one.
        var incoming: StoreContent<Object>.Objects?
        var tombstones = Tombstones(capacity: 4096)
    }
    private let store: Store<Object>
    private let state = Lock(State())

    init(store: Store<Object>) { self.store = store }

    /// Applies events in order and returns what they changed.
    public func apply(_ events: [WatcherEvent<Object>]) -> [StoreChange<Object>] {
        var changes: [StoreChange<Object>] = []
        let events = cachedValues.withLock { pool in events.map { $0.sharing(&pool) } }
        state.withLock { state in
            for event in events { apply(event, &state, &changes) }
        }
        return changes
    }

    private func apply(_ event: WatcherEvent<Object>, _ state: inout State, _ changes: inout [StoreChange<Object>]) {
        switch event {
        case .initStarted: state.incoming = [:]
        case .initApplied(let object): state.incoming?[object.namespacedName] = Boxed(object)
        case .initDone:
            guard let list = state.incoming else { return }
            state.incoming = nil
            store.content.withLock { swap(&$0, to: list, &state.tombstones, &changes) }
            store.markSynchronized()
        case .applied(let object): store.content.withLock { applied(object, &$0, &state.tombstones, &changes) }
        case .deleted(let object): store.content.withLock { deleted(object, &$0, &state.tombstones, &changes) }
        }
    }

    private func swap(
        _ content: inout StoreContent<Object>, to list: StoreContent<Object>.Objects, _ tombstones: inout Tombstones,
        _ changes: inout [StoreChange<Object>]
    ) {
        changes.reserveCapacity(changes.count + list.count)
        if content.objects.isEmpty {
            content.fill(list)
            for new in list.values { changes.append(.added(new.value, isInitial: true)) }
            return
        }
        for (key, old) in content.objects where list[key] == nil {
            remove(old.value, key, &content, &tombstones, &changes)
        }
        for (key, new) in list {
            replace(content.objects[key]?.value, with: new.value, isInitial: true, &content, &tombstones, &changes)
        }
    }

    private func applied(
        _ new: Object, _ content: inout StoreContent<Object>, _ tombstones: inout Tombstones,
        _ changes: inout [StoreChange<Object>]
    ) {
        if let uid = new.metadata.uid, tombstones.contains(uid) { return }
        let old = content.objects[new.namespacedName]?.value
        if let old, old.isSameIncarnation(as: new), old.isNewer(than: new) { return }
        replace(old, with: new, isInitial: false, &content, &tombstones, &changes)
    }

    private func deleted(
        _ object: Object, _ content: inout StoreContent<Object>, _ tombstones: inout Tombstones,
        _ changes: inout [StoreChange<Object>]
    ) {
        if let uid = object.metadata.uid { tombstones.insert(uid) }
        let key = object.namespacedName
        guard let old = content.objects[key]?.value, old.isSameIncarnation(as: object) else { return }
        content.remove(key)
        changes.append(.deleted(object))
    }

    private func replace(
        _ old: Object?, with new: Object, isInitial: Bool, _ content: inout StoreContent<Object>,
        _ tombstones: inout Tombstones, _ changes: inout [StoreChange<Object>]
    ) {
        guard let old else {
            content.set(new)
            changes.append(.added(new, isInitial: isInitial))
            return
        }
        guard old.isSameIncarnation(as: new) else {
            remove(old, old.namespacedName, &content, &tombstones, &changes)
            content.set(new)
            changes.append(.added(new, isInitial: isInitial))
            return
        }
        guard old.metadata.resourceVersion != new.metadata.resourceVersion || new.metadata.resourceVersion == nil else {
            return
        }
        var new = new
        new.metadata.share(with: old.metadata)
        content.set(new)
        changes.append(.updated(old: old, new: new))
    }

    private func remove(
        _ old: Object, _ key: NamespacedName, _ content: inout StoreContent<Object>, _ tombstones: inout Tombstones,
        _ changes: inout [StoreChange<Object>]
    ) {
        if let uid = old.metadata.uid { tombstones.insert(uid) }
        content.remove(key)
        changes.append(.deleted(old))
    }
}

extension KubernetesObject {
    /// Whether both are states of one object, not of two that follow each other under one name.
    fileprivate func isSameIncarnation(as other: Self) -> Bool { metadata.uid == other.metadata.uid }

    fileprivate func isNewer(than other: Self) -> Bool {
        guard let mine = metadata.resourceVersion.flatMap(UInt64.init),
            let theirs = other.metadata.resourceVersion.flatMap(UInt64.init)
        else { return false }
        return mine > theirs
    }
}

/// The uids of the latest deletions.
struct Tombstones {
    private var uids: Set<String> = []
    private var order = FIFO<String>()
    private let capacity: Int

    init(capacity: Int) { self.capacity = capacity }

    func contains(_ uid: String) -> Bool { uids.contains(uid) }

    mutating func insert(_ uid: String) {
        guard uids.insert(uid).inserted else { return }
        order.append(uid)
        if order.count > capacity, let oldest = order.popFirst() { uids.remove(oldest) }
    }
}
