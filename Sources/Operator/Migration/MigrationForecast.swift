internal import KubeCore
public import Migration

/// What a migration will do, told before anything is applied: the planner itself is run ahead on a copy of the world, in
/// which pods become ready, gates pass, requests end and people consent. What then runs is the same planner.
public struct MigrationForecast: Sendable {
    /// One step on the way.
    public struct Stage: Sendable, Hashable {
        public var step: Step
        /// Replicas by revision, in the order of the names.
        public var replicas: [String: Int]
        /// Of all Deployments together.
        public var gpus: Int
        /// What the step waits for.
        public var waitingFor: String
        /// When it ends by itself; nil when it does not.
        public var limit: Duration?
    }

    /// From the first write on.
    public private(set) var stages: [Stage] = []
    /// GPUs before the first write.
    public private(set) var gpusBefore: Int
    /// Why the way ends before the revision is active; nil when it gets there.
    public private(set) var obstacle: String?

    /// The most GPUs that are asked for at a time.
    public var peakGPUs: Int { stages.map(\.gpus).max() ?? gpusBefore }

    private var world: ObservedMigration
    private var number = 0
    private static let maximumLooks = 2000

    /// - Parameter world: the cluster as it is, with the revision that it is to have as `desired` and among `revisions`.
    public init(_ world: ObservedMigration) {
        self.world = world
        gpusBefore = Self.gpus(world)
        play()
    }

    private mutating func play() {
        for _ in 0..<Self.maximumLooks {
            settlePods()
            let plan = MigrationPlanner.plan(world)
            note(plan)
            if let rejection = plan.record?.rejected.first(where: { $0.revision == world.desired }),
                plan.record?.held == world.desired
            {
                obstacle = "\(rejection.reason.rawValue): \(rejection.message)"
            }
            if !plan.actions.isEmpty {
                for action in plan.actions { carryOut(action) }
            } else if let gate = plan.gate {
                world.gateResults = [GateResult(gate: gate, outcome: .passed, observedAt: world.now)]
            } else if plan.step == .awaitingPromotion, plan.wakeAt == nil, let target = plan.record?.target {
                number += 1
                world.operation = MigrationOperation(id: "forecast-\(number)", kind: .promote, targetRevision: target)
            } else if let next = plan.wakeAt, plan.step != .stable {
                world.now = next
            } else {
                return
            }
        }
        obstacle = "the way does not end"
    }

    /// Every pod becomes ready, and no request is left.
    private mutating func settlePods() {
        for index in world.deployments.indices {
            let replicas = world.deployments[index].replicas
            let growth = replicas - world.deployments[index].pods
            world.deployments[index].pods = replicas
            world.deployments[index].scheduled = replicas
            world.deployments[index].ready = replicas
            world.deployments[index].trouble = nil
            world.deployments[index].inFlight = InFlightCount(requests: 0, observedAt: world.now)
            // Quota charges what was created.
            let cost = growth.multipliedReportingOverflow(by: world.deployments[index].gpusPerReplica)
            if let room = world.quotaRoom, !cost.overflow {
                world.quotaRoom = room.subtractingReportingOverflow(cost.partialValue).partialValue
            }
        }
    }

    private mutating func carryOut(_ action: MigrationAction) {
        number += 1
        switch action {
        case .createDeployment(let revision, let replicas, let claim):
            var deployment = RevisionDeployment(
                revision: revision, uid: "uid-\(number)", resourceVersion: "\(number)", replicas: replicas,
                gpusPerReplica: world.revision(revision)?.gpusPerReplica ?? 0)
            deployment.claim = claim
            world.deployments.append(deployment)
        case .scale(let write):
            guard let index = world.deployments.firstIndex(where: { $0.revision == write.revision }) else { return }
            world.deployments[index].replicas = write.replicas
            world.deployments[index].claim = write.claim
            world.deployments[index].resourceVersion = "\(number)"
        case .writeLive(let write):
            world.service = LiveService(
                uid: world.service?.uid ?? "uid-\(number)", resourceVersion: "\(number)", selection: write.selection,
                record: write.record)
        case .deleteDeployment(let revision, _, _):
            for deployment in world.deployments where deployment.revision == revision {
                let freed = deployment.pods.multipliedReportingOverflow(by: deployment.gpusPerReplica)
                if let room = world.quotaRoom, !freed.overflow {
                    world.quotaRoom = room.addingReportingOverflow(freed.partialValue).partialValue
                }
            }
            world.deployments.removeAll { $0.revision == revision }
        case .deleteRevision(let revision, _, _): world.revisions.removeAll { $0.name == revision }
        }
    }

    /// A stage begins with another step or another number of replicas.
    private mutating func note(_ plan: MigrationPlan) {
        let replicas = Dictionary(world.deployments.map { ($0.revision, $0.replicas) }) { first, _ in first }
        let stage = Stage(
            step: plan.step, replicas: replicas, gpus: Self.gpus(world), waitingFor: plan.waitingFor,
            limit: plan.deadline.map { $0.since(world.now) })
        guard let last = stages.last else {
            if plan.step != .stable || !plan.actions.isEmpty { stages.append(stage) }
            return
        }
        if last.step != stage.step || last.replicas != stage.replicas { stages.append(stage) }
    }

    private static func gpus(_ world: ObservedMigration) -> Int {
        world.deployments.reduce(0) { sum, deployment in
            let cost = deployment.replicas.multipliedReportingOverflow(by: deployment.gpusPerReplica)
            let total = sum.addingReportingOverflow(cost.partialValue)
            return cost.overflow || total.overflow ? .max : total.partialValue
        }
    }
}

extension MigrationForecast {
    /// The stages line by line, and the peak.
    public var text: String {
        guard let last = stages.last else { return "Nothing is changed: the active revision is what spec describes.\n" }
        let lines = stages.enumerated().map { index, stage in
            let sizes = stage.replicas.sorted { $0.key < $1.key }.map { "\($0.key) x\($0.value)" }
                .joined(separator: ", ")
            return "\(index + 1). \(stage.step.rawValue) [\(sizes.isEmpty ? "no pods" : sizes); \(stage.gpus) GPUs]: "
                + stage.waitingFor
        }
        let end = obstacle.map { "It does not get through: \($0)\n" } ?? ""
        return lines.joined(separator: "\n") + "\n" + end
            + "GPUs: \(gpusBefore) now, \(peakGPUs) at most, \(last.gpus) at the end.\n"
    }
}
