internal import DeepSeekAPI
internal import Engines
internal import KubeCore
internal import Migration

/// What the observed world means: which revision serves, which one shall, and how many replicas there should be.
struct Situation {
    var world: ObservedCluster
    var acceptance: Acceptance
    /// The migration as it stands once the plan is carried out; nil while nothing was ever served.
    var record: MigrationRecord?
    /// What the live Service selects. While it is gone, or selects nothing of ours any more, what it selected last.
    var active: String?
    /// What spec describes; the active revision while spec is not accepted. Nil when nothing can run.
    var desired: String?
    /// `spec.replicas`, or what it is filled with.
    var replicas: Int

    init(_ world: ObservedCluster, acceptance: Acceptance) {
        self.world = world
        self.acceptance = acceptance
        active = world.activeRevision ?? Self.lastActive(world)
        desired = acceptance.inputs?.hash ?? active
        replicas = Self.replicas(world, active: active)
    }

    var cluster: DeepSeekCluster { world.cluster }
    var names: ObjectNames { world.names }
    var conflict: String? { world.conflict }
    var isFilled: Bool { cluster.spec.replicas != nil }

    /// The revision that is made ready while another serves.
    var preview: String? {
        guard let record, record.step.isPreparing || record.step == .replacing, record.target != record.active else {
            return nil
        }
        return record.target
    }

    var isMigrating: Bool { (record?.step ?? .stable) != .stable }

    /// Why the revision that spec describes is not tried; nil when it is, or was.
    var rejection: Rejection? {
        guard let held = record?.held, held == desired else { return nil }
        return record?.rejected.first { $0.revision == held }
    }

    var activeDeployment: Deployment? { active.flatMap(world.deployment) }

    /// Whether a revision has all its replicas ready, as seen by a Deployment controller that knows its last spec.
    func isComplete(_ revision: String) -> Bool {
        guard let deployment = world.deployment(revision: revision), let status = deployment.status,
            (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
        else { return false }
        return (deployment.spec.replicas ?? 1) == replicas && (status.readyReplicas ?? 0) >= replicas
    }

    /// Whether the first revision, which has no migration to watch it, is not ready in its time.
    var isPastDeadline: Bool {
        let progressing = activeDeployment?.status?.conditions?[type: "Progressing"]
        return preview == nil && progressing?.status == .false && progressing?.reason == "ProgressDeadlineExceeded"
    }

    var warnings: [Plan.Note] {
        var notes: [Plan.Note] = []
        if !acceptance.isAccepted {
            notes.append(
                .init(
                    isWarning: true, reason: acceptance.reason.rawValue, action: "Validate",
                    message: acceptance.message))
        }
        if let conflict {
            notes.append(.init(isWarning: true, reason: "NameConflict", action: "Reconcile", message: conflict))
        }
        if let misfit {
            notes.append(.init(isWarning: true, reason: "ModelMayNotFit", action: "Validate", message: misfit))
        }
        return notes
    }

    /// Why the model of an accepted spec will not fit its GPUs.
    var misfit: String? { acceptance.isAccepted ? MemoryFit(cluster.spec)?.problem : nil }

    private static func lastActive(_ world: ObservedCluster) -> String? {
        world.cluster.status?.activeRevision.flatMap { world.deployment(revision: $0) == nil ? nil : $0 }
    }

    private static func replicas(_ world: ObservedCluster, active: String?) -> Int {
        if let wished = world.cluster.spec.replicas { return Int(wished) }
        if let running = active.flatMap(world.deployment)?.spec.replicas { return running }
        return Int(world.cluster.spec.autoscaling?.minReplicas ?? 1)
    }

    /// Whether pods run under an account that the operator makes.
    static func usesOwnAccount(_ cluster: DeepSeekCluster) -> Bool {
        cluster.spec.resolvedPods.serviceAccountName?.isEmpty ?? true
    }
}
