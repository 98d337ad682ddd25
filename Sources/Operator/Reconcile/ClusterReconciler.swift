internal import Base
internal import DeepSeekAPI
internal import KubeClient
internal import KubeCore
internal import KubeRuntime
internal import Migration
internal import Telemetry

/// Brings one cluster closer to its spec: observes, plans, writes, tells.
struct ClusterReconciler: Reconciler {
    let caches: ClusterCaches
    let planner: ClusterPlanner
    let fresh: FreshLook
    let executor: ActionExecutor
    let scaleDown: ScaleDownPreparation
    let statuses: StatusWriter
    let reports: ScalingReports
    let announcer: Announcer
    let migrations: MigrationDesk
    let now: @Sendable () -> Timestamp

    func reconcile(_ request: ReconcileRequest) async throws -> ReconcileResult {
        guard var world = caches.observe(request) else {
            executor.ledger.forget(request)
            statuses.forget(request)
            announcer.forget(request)
            reports.forget(request)
            migrations.forget(request)
            return .done
        }
        guard !world.cluster.metadata.isBeingDeleted else { return .done }
        world.cluster.status = statuses.known(world.cluster)
        world.gateResults = migrations.board.results(of: request)
        world.inFlight = migrations.board.inFlight(of: request)
        let cached = world.cluster
        let plan: Plan
        do {
            plan = try await carryOut(&world)
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
        return migrations.follow(plan, of: request, now: now())
    }

    /// Plans and writes. What clients depend on is decided by what the server says, and not by a cache.
    private func carryOut(_ world: inout ObservedCluster) async throws -> Plan {
        let report = reports[world.cluster.namespacedName]
        var plan = planner.plan(world, scaling: report, now: now())
        if plan.migration?.needsFreshLook ?? false, !plan.steps.isEmpty {
            world = try await fresh.take(world)
            plan = planner.plan(world, scaling: report, now: now())
        }
        for step in plan.steps {
            await scaleDown.prepare(step.action, in: world)
            guard try await executor.execute(step.action, of: world.cluster) else { continue }
            for note in step.notes { announcer.tell(note, of: world.cluster) }
            migrations.metrics.count(step.transitions)
        }
        await scaleDown.release(world, after: plan.steps.map(\.action))
        return plan
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
        // The answer to an apply with a field that an older server does not know.
        if code == 500, status.message?.contains("field not declared in schema") == true { return true }
        return (400..<500).contains(code) && !isConflict && !isAlreadyExists && !isTooManyRequests && !isNotFound
            && !isUnauthorized
    }
}
