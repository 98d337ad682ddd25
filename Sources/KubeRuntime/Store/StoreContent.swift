internal import Base
import KubeCore

/// The objects of a store and their indexes, kept in agreement. Pure.
struct StoreContent<Object: KubernetesObject>: Sendable {
    typealias Objects = [NamespacedName: Boxed<Object>]

    private(set) var objects: Objects = [:]
    private let indexes: [StoreIndex<Object>]
    /// By index and value, in order: most values have an object or two, for which a set would be large.
    private var found: [String: [String: [NamespacedName]]]

    init(indexes: [StoreIndex<Object>]) {
        self.indexes = indexes
        found = Dictionary(indexes.map { ($0.name, [:]) }, uniquingKeysWith: { first, _ in first })
    }

    func hasIndex(_ name: String) -> Bool { found[name] != nil }

    func objects(in index: String, value: String) -> [Object] {
        (found[index]?[value] ?? []).compactMap { objects[$0]?.value }
    }

    mutating func set(_ object: Object) {
        let key = object.namespacedName
        if let old = objects.updateValue(Boxed(object), forKey: key) { unindex(old.value, key) }
        self.index(object, key)
    }

    /// Takes over a first list.
    mutating func fill(_ list: Objects) {
        precondition(objects.isEmpty, "only an empty store is filled")
        objects = list
        guard !indexes.isEmpty else { return }
        for (key, stored) in list { index(stored.value, key) }
    }

    private mutating func index(_ object: Object, _ key: NamespacedName) {
        for index in indexes {
            for value in index.values(object) { found[index.name]?[value, default: []].insertInOrder(key) }
        }
    }

    mutating func remove(_ key: NamespacedName) {
        if let old = objects.removeValue(forKey: key) { unindex(old.value, key) }
    }

    private mutating func unindex(_ object: Object, _ key: NamespacedName) {
        for index in indexes {
            for value in index.values(object) {
                found[index.name]?[value]?.removeInOrder(key)
                if found[index.name]?[value]?.isEmpty == true { found[index.name]?[value] = nil }
            }
        }
    }
}

extension [NamespacedName] {
    /// Where the key is in an array in order, or would be.
    private func place(of key: NamespacedName) -> Int {
        var range = startIndex..<endIndex
        while !range.isEmpty {
            let middle = range.lowerBound + range.count / 2
            range = self[middle] < key ? middle + 1..<range.upperBound : range.lowerBound..<middle
        }
        return range.lowerBound
    }

    fileprivate mutating func insertInOrder(_ key: NamespacedName) {
        // A list comes in order.
        if last.map({ $0 < key }) ?? true { return append(key) }
        let place = place(of: key)
        if self[place] != key { insert(key, at: place) }
    }

    fileprivate mutating func removeInOrder(_ key: NamespacedName) {
        let place = place(of: key)
        if place < endIndex, self[place] == key { remove(at: place) }
    }
}
