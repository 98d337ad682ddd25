/// Values met lately, so that objects that hold equal ones hold them once: the labels of a revision's pods, the owner of all
/// that belongs to a cluster, the words of conditions. They are half of what ten thousand cached clusters take.
///
/// A table of fixed size, in which a value takes the place of another one that falls on it: what is met again and again is
/// found, and what was met once is forgotten.
public struct ValuePool: Sendable {
    private var texts = RecentValues<String>()
    private var maps = RecentValues<[String: String]>()
    private var owners = RecentValues<[OwnerReference]>()

    public init() {}

    public mutating func share(_ text: inout String) {
        // Shorter ones are kept in place.
        if text.utf8.count > 15 { texts.share(&text) }
    }

    public mutating func share(_ text: inout String?) {
        guard var value = text else { return }
        share(&value)
        text = value
    }

    public mutating func share(_ map: inout [String: String]?) {
        guard let new = map else { return }
        if let known = maps.known(new) {
            map = known
            return
        }
        var shared = [String: String](minimumCapacity: new.count)
        for var (key, value) in new {
            share(&key)
            share(&value)
            shared[key] = value
        }
        maps.remember(shared)
        map = shared
    }

    public mutating func share(_ references: inout [OwnerReference]?) {
        guard var new = references else { return }
        if let known = owners.known(new) {
            references = known
            return
        }
        for index in new.indices {
            share(&new[index].apiVersion)
            share(&new[index].name)
            share(&new[index].uid)
        }
        owners.remember(new)
        references = new
    }

    public mutating func share(_ conditions: inout [Condition]?) {
        guard var new = conditions else { return }
        conditions = nil  // Gives up the storage, so that it is changed in place.
        for index in new.indices {
            share(&new[index].type)
            share(&new[index].reason)
            share(&new[index].message)
        }
        conditions = new
    }
}

/// Each value in the place that its hash says, until another one takes it.
private struct RecentValues<Value: Hashable & Sendable>: Sendable {
    private static var capacity: Int { 16_384 }
    private var places = [Value?](repeating: nil, count: capacity)

    func known(_ value: Value) -> Value? {
        let known = places[Self.place(of: value)]
        return known == value ? known : nil
    }

    mutating func remember(_ value: Value) { places[Self.place(of: value)] = value }

    mutating func share(_ value: inout Value) {
        if let known = known(value) { value = known } else { remember(value) }
    }

    private static func place(of value: Value) -> Int { value.hashValue & (capacity - 1) }
}

extension ObjectMeta {
    /// Holds equal values only once.
    public mutating func share(_ pool: inout ValuePool) {
        pool.share(&namespace)
        pool.share(&labels)
        pool.share(&annotations)
        pool.share(&ownerReferences)
    }

    /// Holds what has not changed since `old` together with it.
    public mutating func share(with old: ObjectMeta) {
        if labels == old.labels { labels = old.labels }
        if annotations == old.annotations { annotations = old.annotations }
        if ownerReferences == old.ownerReferences { ownerReferences = old.ownerReferences }
    }
}

extension LabelSelector {
    mutating func share(_ pool: inout ValuePool) { pool.share(&matchLabels) }
}
