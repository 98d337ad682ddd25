internal import Base
internal import KubeCore

/// The last decisions of each cluster, for `/debug/decisions`. In memory: after a restart it begins anew.
final class DecisionJournal: Sendable {
    /// Records kept of one cluster.
    static let capacity = 32

    /// The latest last.
    private let records = Lock<[NamespacedName: [DecisionRecord]]>([:])

    func add(_ record: DecisionRecord) {
        let key = NamespacedName(namespace: record.namespace, name: record.name)
        records.withLock { records in
            var own = records.removeValue(forKey: key) ?? []
            if let last = own.last, last.isRepeated(by: record) {
                var latest = record
                latest.time = last.time
                latest.decisions = last.decisions &+ 1
                own[own.count - 1] = latest
            } else {
                if own.count >= Self.capacity { own.removeFirst() }
                own.append(record)
            }
            records[key] = own
        }
    }

    func forget(_ cluster: NamespacedName) { records.withLock { $0[cluster] = nil } }

    /// The latest first, clusters in the order of their names.
    ///
    /// - Parameters:
    ///   - namespace: nil for all.
    ///   - name: nil for all.
    func records(namespace: String?, name: String?) -> DecisionRecords {
        let found = records.withLock { records in
            records.filter { key, _ in
                (namespace.map { $0 == key.namespace } ?? true) && (name.map { $0 == key.name } ?? true)
            }
        }
        return DecisionRecords(items: found.sorted { $0.key < $1.key }.flatMap { $0.value.reversed() })
    }
}
