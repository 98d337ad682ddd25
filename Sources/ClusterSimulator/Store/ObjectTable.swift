import KubeCore

/// The objects of one resource, their history and who watches them. Touched only under the cluster's lock.
final class ObjectTable {
    struct Waiter {
        var namespace: String?
        var name: String?
        var wakeUp: WakeUp
    }

    private(set) var objects: [NamespacedName: StoredObject] = [:]
    private(set) var history: EventHistory
    private var waiters: [Int: Waiter] = [:]
    private var nextWaiter = 0
    private var sorted: [StoredObject]?

    init(historyCapacity: Int) { history = EventHistory(capacity: historyCapacity) }

    subscript(name: NamespacedName) -> StoredObject? { objects[name] }

    /// Stores a change and returns whom to wake.
    func record(_ entry: EventHistory.Entry) -> [WakeUp] {
        let name = entry.object.name
        objects[name] = entry.kind == .deleted ? nil : entry.object
        sorted = nil
        history.append(entry)
        return waiters.values
            .filter { ($0.namespace ?? name.namespace) == name.namespace && ($0.name ?? name.name) == name.name }
            .map(\.wakeUp)
    }

    /// Forgets history; those who watch find out.
    func compact(through resourceVersion: Int64) -> [WakeUp] {
        history.compact(through: resourceVersion)
        return waiters.values.map(\.wakeUp)
    }

    /// Begins history at a resource version.
    func compactWithoutWaking(through resourceVersion: Int64) { history.compact(through: resourceVersion) }

    func addWaiter(_ waiter: Waiter) -> Int {
        nextWaiter += 1
        waiters[nextWaiter] = waiter
        return nextWaiter
    }

    func removeWaiter(_ id: Int) { waiters[id] = nil }

    /// The objects of one namespace, or all, by namespace and name.
    func ordered(namespace: String?) -> ArraySlice<StoredObject> {
        let all = sorted ?? objects.values.sorted { $0.name < $1.name }
        sorted = all
        guard let namespace else { return all[...] }
        let start = all.firstIndexAfter { $0.name.namespace < namespace }
        let end = all.firstIndexAfter { $0.name.namespace <= namespace }
        return all[start..<end]
    }

    func hasObjects(in namespace: String) -> Bool { objects.keys.contains { $0.namespace == namespace } }

    /// The objects as they were at a resource version; nil when history no longer reaches it.
    func ordered(namespace: String?, at resourceVersion: Int64) -> ArraySlice<StoredObject>? {
        guard let since = history.entries(after: resourceVersion) else { return nil }
        guard !since.isEmpty else { return ordered(namespace: namespace) }
        var past = objects
        for entry in since.reversed() { past[entry.object.name] = entry.previous }
        return past.values.filter { ($0.name.namespace) == namespace ?? $0.name.namespace }
            .sorted { $0.name < $1.name }[...]
    }
}

extension Array {
    /// The first index whose element does not fulfil a condition that holds for a prefix.
    fileprivate func firstIndexAfter(_ isBefore: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
