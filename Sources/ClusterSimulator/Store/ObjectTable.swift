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
    /// By namespace, in order of names, never empty: lists are asked for between any two writes.
    private var namespaces: [String: [StoredObject]] = [:]
    /// All of them in order, until the next change.
    private var all: [StoredObject]?

    init(historyCapacity: Int) { history = EventHistory(capacity: historyCapacity) }

    subscript(name: NamespacedName) -> StoredObject? { objects[name] }

    /// Stores a change and returns whom to wake.
    func record(_ entry: EventHistory.Entry) -> [WakeUp] {
        let name = entry.object.name
        set(entry.kind == .deleted ? nil : entry.object, name)
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

    private func set(_ object: StoredObject?, _ name: NamespacedName) {
        all = nil
        let old = objects[name]
        objects[name] = object
        // Taken out, so that it is changed in place.
        var own = namespaces.removeValue(forKey: name.namespace) ?? []
        let place = own.firstIndexAfter { $0.name < name }
        own.replaceSubrange(place..<place + (old == nil ? 0 : 1), with: object.map { [$0] } ?? [])
        if !own.isEmpty { namespaces[name.namespace] = own }
    }

    /// The objects of one namespace, or all, by namespace and name.
    func ordered(namespace: String?) -> [StoredObject] {
        if let namespace { return namespaces[namespace] ?? [] }
        let all = all ?? namespaces.sorted { $0.key < $1.key }.flatMap(\.value)
        self.all = all
        return all
    }

    func hasObjects(in namespace: String) -> Bool { namespaces[namespace] != nil }

    /// The objects as they were at a resource version; nil when history no longer reaches it.
    func ordered(namespace: String?, at resourceVersion: Int64) -> [StoredObject]? {
        guard let since = history.entries(after: resourceVersion) else { return nil }
        let now = ordered(namespace: namespace)
        let changes = since.filter { $0.object.name.namespace == namespace ?? $0.object.name.namespace }
        guard !changes.isEmpty else { return now }
        var past = Dictionary(uniqueKeysWithValues: now.map { ($0.name, $0) })
        for entry in changes.reversed() { past[entry.object.name] = entry.previous }
        return past.values.sorted { $0.name < $1.name }
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
