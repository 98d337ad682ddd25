internal import Base
internal import DeepSeekAPI
internal import KubeClient
internal import KubeCore
internal import KubeRuntime
internal import Telemetry

/// Brings one cluster closer to its spec: observes, plans, writes, tells.
struct ClusterReconciler: Reconciler {
    let caches: ClusterCaches
    let planner: ClusterPlanner
    let executor: ActionExecutor
    let scaleDown: ScaleDownPreparation
    let statuses: StatusWriter
    let reports: ScalingReports
    let announcer: Announcer
    let now: @Sendable () -> Timestamp

    func reconcile(_ request: ReconcileRequest) async throws -> ReconcileResult {
        guard var world = caches.observe(request) else {
            executor.ledger.forget(request)
            statuses.forget(request)
            announcer.forget(request)
            reports.forget(request)
            return .done
        }
        guard !world.cluster.metadata.isBeingDeleted else { return .done }
        world.cluster.status = statuses.known(world.cluster)
        let cached = world.cluster
        let plan = planner.plan(world, scaling: reports[request], now: now())
        do {
            try await carryOut(plan, world)
        } catch let error as NameConflict {
            world.conflict = error.description
            try await conclude(world, cached)
            return .requeue(after: .seconds(30))
        } catch let error as KubeError where error.isRefusal {
            world.failure = error.description
            try await conclude(world, cached)
            throw error
        }
        announcer.announce(plan.warnings, of: world.cluster)
        _ = try await statuses.write(plan.status, of: cached)
        return .done
    }

    private func carryOut(_ plan: Plan, _ world: ObservedCluster) async throws {
        for step in plan.steps {
            await scaleDown.prepare(step.action, in: world)
            let isChanged = try await executor.execute(step.action, of: world.cluster)
            if isChanged, let note = step.note { announcer.tell(note, of: world.cluster) }
        }
        await scaleDown.release(world, after: plan.steps.map(\.action))
    }

    /// Tells what kept the plan from being carried out.
    private func conclude(_ world: ObservedCluster, _ cached: DeepSeekCluster) async throws {
        let plan = planner.plan(world, scaling: reports[world.cluster.namespacedName], now: now())
        announcer.announce(plan.warnings, of: world.cluster)
        _ = try await statuses.write(plan.status, of: cached)
    }
}

extension KubeError {
    /// The server understood and said no, as against a race that was lost or a server that cannot be reached.
    var isRefusal: Bool {
        guard let status, let code = status.code else { return false }
        return (400..<500).contains(code) && !isConflict && !isTooManyRequests && !isNotFound && !isUnauthorized
    }
}
