internal import Autoscaling
internal import Base
internal import DeepSeekAPI
internal import KubeCore

/// What the clusters' specs mean for scaling, worked out once a generation: a spec is looked at every tick, and seldom
/// changes.
final class ScalingSpecs: Sendable {
    struct Meaning: Sendable {
        /// Nil where the operator does not decide.
        var autoscaler: Autoscaler?
        /// Bounds that hold for a time.
        var schedules: [ReplicaSchedule]
        /// Whether the spec can be carried out at all.
        var isAccepted: Bool
    }

    private struct Version: Equatable {
        var uid: String
        var generation: Int64
    }

    private let known = Lock<[NamespacedName: (version: Version, meaning: Boxed<Meaning>)]>([:])
    private let policy: AdministratorPolicy

    init(policy: AdministratorPolicy) { self.policy = policy }

    /// Nil without `spec.autoscaling`.
    func read(_ cluster: DeepSeekCluster) -> Meaning? {
        guard let spec = cluster.spec.autoscaling else { return nil }
        let metadata = cluster.metadata
        guard let uid = metadata.uid, let generation = metadata.generation else { return meaning(of: cluster, spec) }
        let version = Version(uid: uid, generation: generation)
        let key = cluster.namespacedName
        if let (known, meaning) = known.withLock({ $0[key] }), known == version { return meaning.value }
        let meaning = meaning(of: cluster, spec)
        known.withLock { $0[key] = (version, Boxed(meaning)) }
        return meaning
    }

    func forget(_ cluster: NamespacedName) { known.withLock { $0[cluster] = nil } }

    private func meaning(of cluster: DeepSeekCluster, _ spec: AutoscalingSpec) -> Meaning {
        Meaning(
            autoscaler: AutoscalerPolicy(spec, namespace: cluster.metadata.namespace ?? "").map(Autoscaler.init),
            // One that cannot be read is told by Acceptance, and the spec is not acted on.
            schedules: (spec.schedules ?? []).compactMap { ReplicaSchedule($0, zones: .system) },
            isAccepted: Acceptance(cluster, policy: policy).isAccepted)
    }
}
