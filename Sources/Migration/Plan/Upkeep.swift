internal import KubeCore

/// The writes that carry out the record's step: Deployments at their sizes, claims before a switch, deletions after it.
struct Upkeep {
    private let draft: MigrationDraft
    private let selection: Selection
    private var room: Room
    private var result: [MigrationAction] = []

    init(_ draft: MigrationDraft, _ service: LiveService) {
        self.draft = draft
        selection = service.selection
        room = Room(draft.world)
    }

    private var record: MigrationRecord { draft.record }
    private var world: ObservedMigration { draft.world }

    func actions() -> [MigrationAction] {
        var upkeep = self
        if record.step == .replacing {
            upkeep.exchange(from: record.active, to: record.target ?? record.active)
        } else if record.step == .restoring {
            upkeep.exchange(from: record.target ?? record.active, to: record.active)
        } else {
            upkeep.keepActive()
            upkeep.keepNext()
        }
        upkeep.deleteRetired()
        if record.step == .stable { upkeep.pruneHistory() }
        return upkeep.result
    }

    /// The mark that a lost selector's revision needs before it is selected again. Nothing comes before it: until then
    /// clients reach nobody.
    func markBeforeSelecting(_ service: LiveService) -> MigrationAction? {
        guard !world.isPaused, service.selection == .none, let active = draft.active,
            active.claim < record.selectedEpoch
        else { return nil }
        return .scale(
            ScaleWrite(
                revision: active.revision, replicas: active.replicas, claim: record.selectedEpoch, uid: active.uid,
                resourceVersion: active.resourceVersion))
    }

    // MARK: Sizes

    private mutating func keepActive() {
        // A selection that was lost or changed is put back once its revision bears the mark.
        let claim = max(draft.active?.claim ?? 0, record.selectedEpoch)
        keep(record.active, at: activeSize, claim: claim)
    }

    /// As many as are wished for. InPlace gives one up, once all the others are ready.
    private var activeSize: Int {
        guard record.mode == .inPlace, record.step.isPreparing, world.wish >= 2, let active = draft.active else {
            return world.wish
        }
        let fewer = world.wish - 1
        let remaining = active.serving - max(0, active.replicas - fewer)
        return active.replicas <= fewer || remaining >= fewer ? fewer : min(active.replicas, world.wish)
    }

    private mutating func keepNext() {
        switch record.step {
        case .takingOver:
            if let target = record.target { keep(target, at: draft.target?.replicas ?? 0, claim: record.epoch + 1) }
        case .scheduling, .loading, .warmingUp, .analysingPreview, .awaitingPromotion:
            guard let target = record.target else { return }
            // One that is still up from an earlier try keeps its pods.
            let size = max(
                draft.previewSize, min(draft.target?.replicas ?? 0, record.mode == .inPlace ? 1 : world.wish))
            let isNext = record.step == .awaitingPromotion && record.mode == .inPlace && draft.isConsented
            keep(target, at: size, claim: isNext ? record.epoch + 1 : nil)
        case .scalingUp:
            let isNext = (draft.target?.serving ?? 0) >= draft.neededReady
            if let target = record.target { keep(target, at: world.wish, claim: isNext ? record.epoch + 1 : nil) }
        case .switchingBack:
            guard let previous = record.previous, let deployment = draft.previous else { return }
            let isNext = deployment.serving > 0 || world.wish == 0
            let size = max(deployment.replicas, record.mode == .inPlace ? min(1, world.wish) : world.wish)
            keep(previous, at: size, claim: isNext ? record.epoch + 1 : nil)
        default: break
        }
    }

    /// Brings a Deployment to a size, as far as there is room, and marks it.
    private mutating func keep(_ revision: String, at size: Int, claim: Int64?) {
        guard let deployment = world.deployment(revision) else {
            // One that is on its way out has to be gone first.
            guard let known = world.revision(revision), !world.deployments.contains(where: { $0.revision == revision })
            else { return }
            let replicas = room.grant(size, over: 0, gpusPerReplica: known.gpusPerReplica)
            result.append(.createDeployment(revision: revision, replicas: replicas, claim: claim ?? 0))
            return
        }
        var replicas = room.grant(size, over: deployment.replicas, gpusPerReplica: deployment.gpusPerReplica)
        // Claimed for a selection that this look does not show yet: it is not ours to make smaller.
        if deployment.claim > record.epoch { replicas = max(replicas, deployment.replicas) }
        let claim = max(deployment.claim, claim ?? 0)
        guard replicas != deployment.replicas || claim != deployment.claim else { return }
        result.append(
            .scale(
                ScaleWrite(
                    revision: revision, replicas: replicas, claim: claim, uid: deployment.uid,
                    resourceVersion: deployment.resourceVersion)))
    }

    // MARK: In place

    /// One step of an exchange: the new one grows where there is room; where there is none, the old one gives up a
    /// replica, if those that are ready hold the floor without it.
    private mutating func exchange(from old: String, to new: String) {
        let giving = world.deployment(old)
        let taking = world.deployment(new)
        let total = (giving?.replicas ?? 0) + (taking?.replicas ?? 0)
        let size = taking?.replicas ?? 0
        let isExchanged = (giving?.replicas ?? 0) <= 1 && (taking?.serving ?? 0) >= draft.exchangeFloor
        // The mark tells a leader that still exchanges the other way to keep its hands off.
        let claim = isExchanged ? record.epoch + 1 : max(record.epoch, record.selectedEpoch)
        let grown = total < max(world.wish, 1) ? size + max(world.wish, 1) - total : size
        let before = result.count
        keep(new, at: grown, claim: claim)
        guard result.count == before, let giving, let taking, taking.claim >= record.epoch, giving.replicas > 1 else {
            return
        }
        let ready = giving.serving + taking.serving
        if ready - 1 >= draft.exchangeFloor { keep(old, at: giving.replicas - 1, claim: nil) }
    }

    // MARK: Deletion

    private mutating func deleteRetired() {
        for entry in record.retiring where entry.revision != record.active && !selection.includes(entry.revision) {
            guard let deployment = world.deployment(entry.revision), deployment.claim <= entry.epoch,
                isDrained(entry, deployment)
            else { continue }
            result.append(
                .deleteDeployment(
                    revision: entry.revision, uid: deployment.uid, resourceVersion: deployment.resourceVersion))
        }
    }

    /// No request in flight, counted after every client's route has followed the switch; or the time is up.
    private func isDrained(_ entry: Retirement, _ deployment: RevisionDeployment) -> Bool {
        if world.now >= entry.drainBy { return true }
        guard let count = deployment.inFlight, count.requests == 0 else { return false }
        let isSpread = record.switchedAt.map { $0.deadline(after: draft.policy.endpointSpreadSeconds) } ?? entry.at
        return count.observedAt > max(entry.at, isSpread)
    }

    /// Revisions in use, and the youngest of the others, stay.
    private mutating func pruneHistory() {
        let used = [record.active, record.held, record.pinned, world.desired].compactMap(\.self)
        let unused = world.revisions.filter { revision in
            !used.contains(revision.name) && !world.deployments.contains { $0.revision == revision.name }
        }
        guard unused.count > draft.policy.revisionHistoryLimit else { return }
        for revision in unused.sorted(by: { ($0.number, $0.name) < ($1.number, $1.name) })
            .dropLast(max(0, draft.policy.revisionHistoryLimit))
        {
            result.append(
                .deleteRevision(
                    revision: revision.name, uid: revision.uid, resourceVersion: revision.resourceVersion))
        }
    }
}
