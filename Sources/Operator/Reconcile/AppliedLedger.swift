internal import Base
internal import KubeCore

/// What was applied last, so that an object is applied again only when what we want or what is there has changed.
///
/// A server answers an apply that changes nothing without writing, but it is still a request. The ledger lives in
/// memory: after a restart every object is applied once.
final class AppliedLedger: Sendable {
    /// Hashes only, of 64 bits and seeded anew by every process: with ten thousand clusters the bodies themselves would
    /// be most of the operator's memory.
    private struct Entry {
        /// Which object, and for which manager.
        var target: Int
        var body: Int
        /// The object before and after our apply: a cache that lags behind shows the one, then the other.
        var observed: Int?
        var applied: Int
    }

    /// What changes when somebody else changes an object: the generation stands for the spec where the kind has one,
    /// and not for the status, which others write all the time.
    private struct Fingerprint: Hashable {
        var uid: String?
        var version: String?
        var labels: [String: String]?
        var annotations: [String: String]?
        var owners: [OwnerReference]?

        init(_ metadata: ObjectMeta) {
            uid = metadata.uid
            version = metadata.generation.map { "generation \($0)" } ?? metadata.resourceVersion
            labels = metadata.labels
            annotations = metadata.annotations
            owners = metadata.ownerReferences
        }
    }

    /// A handful for each cluster, so that they are as soon looked through as looked up.
    private let entries = Lock<[NamespacedName: [Entry]]>([:])

    /// Whether applying would change nothing.
    func isCurrent(_ application: Application, of cluster: NamespacedName) -> Bool {
        guard let observed = application.observed else { return false }
        let target = Self.target(application)
        let body = application.body.hashValue
        return entries.withLock { entries in
            guard let entry = entries[cluster]?.first(where: { $0.target == target }) else { return false }
            let fingerprint = Fingerprint(observed).hashValue
            return entry.body == body && (entry.observed == fingerprint || entry.applied == fingerprint)
        }
    }

    /// Remembers a successful apply and what the server answered.
    func record(_ application: Application, of cluster: NamespacedName, result: ObjectMeta) {
        let entry = Entry(
            target: Self.target(application), body: application.body.hashValue,
            observed: application.observed.map { Fingerprint($0).hashValue }, applied: Fingerprint(result).hashValue)
        entries.withLock { entries in
            var own = entries.removeValue(forKey: cluster) ?? []
            own.removeAll { $0.target == entry.target }
            own.append(entry)
            entries[cluster] = own
        }
    }

    /// Forgets a cluster that is gone.
    func forget(_ cluster: NamespacedName) {
        entries.withLock { $0[cluster] = nil }
    }

    private static func target(_ application: Application) -> Int {
        var hasher = Hasher()
        hasher.combine(application.resource)
        hasher.combine(application.name)
        hasher.combine(application.manager)
        return hasher.finalize()
    }
}
