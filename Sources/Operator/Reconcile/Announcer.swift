internal import Base
internal import DeepSeekAPI
internal import KubeCore

/// Tells people of a cluster by events. A warning is told when it comes up, and again only after it was gone.
final class Announcer: Sendable {
    /// Takes an event over for delivery. Must return at once.
    typealias Record = @Sendable (Plan.Note, DeepSeekCluster) -> Void

    private let record: Record
    private let told = Lock<[NamespacedName: [Plan.Note]]>([:])

    init(record: @escaping Record) { self.record = record }

    func announce(_ warnings: [Plan.Note], of cluster: DeepSeekCluster) {
        let key = cluster.namespacedName
        let news = told.withLock { told in
            let news = warnings.filter { !(told[key] ?? []).contains($0) }
            told[key] = warnings.isEmpty ? nil : warnings
            return news
        }
        for note in news { tell(note, of: cluster) }
    }

    func tell(_ note: Plan.Note, of cluster: DeepSeekCluster) {
        record(note, cluster)
    }

    func forget(_ cluster: NamespacedName) { told.withLock { $0[cluster] = nil } }
}
