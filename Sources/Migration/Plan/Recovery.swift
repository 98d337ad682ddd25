internal import KubeCore

/// A cluster without a record: a new one, one of an operator before this one, or one whose live Service was deleted.
struct Recovery {
    private let world: ObservedMigration

    init(_ world: ObservedMigration) { self.world = world }

    /// The live Service is not there.
    ///
    /// A Deployment that is there already may be about to be deleted by a leader that remembers its retirement. So the
    /// Service begins without a selector, its revision is claimed, and then it is selected. The first revision has
    /// nothing to fear, and is selected at once.
    func plan() -> MigrationPlan {
        var plan = MigrationPlan(world)
        guard let revision = candidate else { return plan }
        let record = record(active: revision)
        plan.record = record
        guard !world.isPaused else { return plan }
        let deployment = world.deployment(revision)
        let isFirst = deployment == nil && world.deployments.isEmpty
        if isFirst, let known = world.revision(revision) {
            var room = Room(world)
            let replicas = room.grant(world.wish, over: 0, gpusPerReplica: known.gpusPerReplica)
            plan.actions.append(
                .createDeployment(revision: revision, replicas: replicas, claim: record.selectedEpoch))
        }
        plan.actions.append(
            .writeLive(
                LiveWrite(
                    precondition: .absent, selection: isFirst ? .revision(revision) : .none, record: record,
                    transitions: [])))
        plan.needsFreshLook = true
        return plan
    }

    /// The live Service is there and has no record: what it selects is taken for what is active.
    func plan(adopting service: LiveService) -> MigrationPlan {
        var plan = MigrationPlan(world)
        guard let record = adopted(service.selection) else { return plan }
        plan.record = record
        guard !world.isPaused else { return plan }
        plan.actions = [
            .writeLive(
                LiveWrite(
                    precondition: .version(uid: service.uid, resourceVersion: service.resourceVersion),
                    selection: service.selection, record: record, transitions: []))
        ]
        plan.needsFreshLook = true
        return plan
    }

    private func adopted(_ selection: Selection) -> MigrationRecord? {
        switch selection {
        case .none: return candidate.map(record)
        case .revision(let revision) where world.deployment(revision) == nil:
            return record(active: candidate ?? revision)
        case .revision(let revision):
            var record = record(active: revision)
            record.selectedEpoch = world.deployment(revision)?.claim ?? record.selectedEpoch
            return record
        case .all:
            // Replicas were being exchanged: the revision that has most of them gets the others, too.
            let byReady = world.deployments.sorted { ($0.serving, $0.revision) > ($1.serving, $1.revision) }
            guard let most = byReady.first else { return candidate.map(record) }
            var record = record(active: most.revision)
            guard byReady.count > 1 else { return record }
            record.mode = .inPlace
            record.step = .restoring
            record.target = byReady[1].revision
            record.size = world.wish
            record.deadline = world.now.deadline(after: world.policy.exchangeSeconds(replicas: world.wish))
            return record
        }
    }

    /// What should be active: of those that serve, the one that was claimed last; else what the status remembers; else
    /// what spec describes; else whatever there is.
    private var candidate: String? {
        let serving = world.deployments.filter { deployment in
            deployment.serving > 0 && !deployment.isBeingDeleted
                && !world.remembered.rejected.contains { $0.revision == deployment.revision }
        }
        if let last = serving.max(by: { ($0.claim, $1.revision) < ($1.claim, $0.revision) }) { return last.revision }
        if let active = world.remembered.active, world.deployment(active) != nil || world.revision(active) != nil {
            return active
        }
        if let desired = world.desired { return desired }
        return world.deployments.max { ($0.claim, $1.revision) < ($1.claim, $0.revision) }?.revision
    }

    /// Epochs begin with the clock's seconds, and runs of gates with its nanoseconds: both are above what a lost record
    /// may have reached.
    private func record(active: String) -> MigrationRecord {
        var record = MigrationRecord(active: active, since: world.now)
        let latest = world.deployments.map(\.claim).max() ?? 0
        record.epoch = max(latest == .max ? latest : latest + 1, world.now.seconds)
        record.selectedEpoch = record.epoch
        record.attempt = Int(clamping: world.now.nanoseconds)
        record.rejected = Array(world.remembered.rejected.prefix(MigrationRecord.rejectionLimit))
        if let desired = world.desired, desired != active, record.rejected.contains(where: { $0.revision == desired }) {
            record.held = desired
        }
        if let operation = world.operation {
            let isKnown = operation.id == world.remembered.operation
            record.operation = OperationReceipt(
                id: operation.id, kind: operation.kind, phase: isKnown ? .succeeded : .skipped,
                message: isKnown
                    ? "carried out before the live Service was lost" : "it was there before the live Service",
                completedAt: world.now.wholeSeconds)
        }
        return record
    }
}
