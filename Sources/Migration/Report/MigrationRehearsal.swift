/// What a migration would do if all went well: pods find nodes and load at once, gates pass, requests end.
///
/// It is not a second opinion: it runs the planner itself on a copy of the world, so that what then runs is what was
/// told, as long as the world keeps to it.
public struct MigrationRehearsal: Sendable {
    /// The steps that are entered, in order, `Stable` at the end.
    public private(set) var steps: [Step] = []
    /// The most GPUs that all revisions hold at one moment.
    public private(set) var peakGPUs = 0
    /// What the last step waits for; nil when it is `Stable`.
    public private(set) var waitsFor: String?
    /// The revision that is given up, and why; nil when it becomes active.
    public private(set) var rejection: Rejection?

    private var world: ObservedMigration
    private var versions = 0

    /// - Parameter world: the cluster as it is, with what spec would describe as `desired` among its `revisions`.
    public init(_ world: ObservedMigration) {
        self.world = world
        note()
        for _ in 0..<Self.limit where advance() {}
    }

    /// More plans than the longest exchange in place of a hundred replicas takes.
    private static let limit = 2000

    /// Makes one plan and all that follows from it. False when nothing follows any more.
    private mutating func advance() -> Bool {
        let plan = MigrationPlanner.plan(world)
        for action in plan.actions { carryOut(action) }
        if let gate = plan.gate, !world.gateResults.contains(where: { $0.gate == gate }) {
            world.gateResults.append(GateResult(gate: gate, outcome: .passed, observedAt: world.now))
            return true
        }
        if !plan.actions.isEmpty { return true }
        if let due = plan.wakeAt {
            // Requests end in the meantime, but not before the count that says so is believed.
            world.now = due
            return true
        }
        let record = plan.record
        rejection = record?.rejected.first { $0.revision == record?.held }
        waitsFor = record?.step == .stable ? nil : plan.waitingFor
        return false
    }

    private mutating func carryOut(_ action: MigrationAction) {
        versions += 1
        let version = "forecast-\(versions)"
        switch action {
        case .createDeployment(let revision, let replicas, let claim):
            var deployment = RevisionDeployment(
                revision: revision, uid: version, resourceVersion: version, replicas: 0,
                gpusPerReplica: world.revision(revision)?.gpusPerReplica ?? 0)
            deployment.claim = claim
            world.deployments.append(deployment)
            resize(revision, to: replicas)
        case .scale(let write):
            guard let index = index(write.revision) else { return }
            world.deployments[index].claim = write.claim
            resize(write.revision, to: write.replicas)
        case .writeLive(let write):
            steps += write.transitions.map(\.to)
            world.service = LiveService(
                uid: world.service?.uid ?? version, resourceVersion: version, selection: write.selection,
                record: write.record)
        case .deleteDeployment(let revision, _, _):
            resize(revision, to: 0)
            world.deployments.removeAll { $0.revision == revision }
        case .deleteRevision(let revision, _, _): world.revisions.removeAll { $0.name == revision }
        }
        note()
    }

    private func index(_ revision: String) -> Int? { world.deployments.firstIndex { $0.revision == revision } }

    /// Pods come and go at once, and quota charges what there is.
    private mutating func resize(_ revision: String, to replicas: Int) {
        guard let index = index(revision) else { return }
        let change = (replicas - world.deployments[index].pods) * world.deployments[index].gpusPerReplica
        world.quotaRoom = world.quotaRoom.map { $0 - change }
        world.deployments[index].replicas = replicas
        world.deployments[index].pods = replicas
        world.deployments[index].scheduled = replicas
        world.deployments[index].ready = replicas
        world.deployments[index].trouble = nil
    }

    private mutating func note() {
        peakGPUs = max(peakGPUs, world.deployments.reduce(0) { $0 + max($1.pods, $1.replicas) * $1.gpusPerReplica })
    }
}
