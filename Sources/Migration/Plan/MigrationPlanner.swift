internal import KubeCore

/// Decides what to write for one cluster: a pure function of one look at it.
///
/// A plan either moves the record on, by one write of the live Service, or carries out what the record's step asks
/// for. Every write is safe to repeat, to lose and to come late: it carries the version of what it was decided on.
public enum MigrationPlanner {
    public static func plan(_ world: ObservedMigration) -> MigrationPlan {
        guard let service = world.service else { return Recovery(world).plan() }
        guard let record = service.record else { return Recovery(world).plan(adopting: service) }
        var draft = MigrationDraft(world, record)
        var plan = MigrationPlan(world)
        let mark = Upkeep(draft, service).markBeforeSelecting(service)
        if mark == nil { draft.follow() }
        plan.record = draft.record
        if let action = mark ?? write(&draft, service, from: record) {
            plan.record = draft.record
            plan.actions = [action]
            plan.needsFreshLook = true
        } else if !world.isPaused {
            plan.actions = Upkeep(draft, service).actions()
            plan.needsFreshLook = needsFreshLook(plan.actions, draft)
        }
        // A run begins when its number is recorded, so that no answer can come before it.
        if draft.record.attempt == record.attempt { plan.gate = draft.pendingGate }
        plan.wakeAt = draft.wakeAt
        return plan
    }

    /// The write of the live Service; nil when it is as it should be.
    private static func write(
        _ draft: inout MigrationDraft, _ service: LiveService, from record: MigrationRecord
    ) -> MigrationAction? {
        let selection = selection(draft, service)
        if selection != service.selection { draft.renewRetirements(reachedBy: service.selection) }
        guard draft.record != record || selection != service.selection else { return nil }
        return .writeLive(
            LiveWrite(
                precondition: .version(uid: service.uid, resourceVersion: service.resourceVersion),
                selection: selection, record: draft.record, transitions: draft.transitions))
    }

    /// What the Service should select now. A selector that somebody changed is put back, unless that would take
    /// clients from a revision that serves to one that does not.
    private static func selection(_ draft: MigrationDraft, _ service: LiveService) -> Selection {
        let wished = draft.record.selection
        guard wished != service.selection, !draft.transitions.contains(where: \.selects) else { return wished }
        if draft.world.isPaused { return service.selection }
        if draft.world.ready(wished) == 0, draft.world.ready(service.selection) > 0 { return service.selection }
        // A Service that was lost is made anew without a selector until its revision is claimed.
        if let active = draft.active, active.claim < draft.record.selectedEpoch { return service.selection }
        return wished
    }

    /// Scaling the only revision, with no quota to keep within, needs no more than the version that it carries.
    private static func needsFreshLook(_ actions: [MigrationAction], _ draft: MigrationDraft) -> Bool {
        guard draft.record.step == .stable, draft.world.quotaRoom == nil else { return !actions.isEmpty }
        return actions.contains { if case .scale = $0 { false } else { true } }
    }
}

extension MigrationDraft {
    /// What people said, and what follows from that and from the world. Nothing does while `spec.paused` is true.
    fileprivate mutating func follow() {
        acceptOperation()
        followSpecPause()
        if !world.isPaused { advance() }
    }

    /// Follows arrows until one asks to see the world again: after the selector was written, or when nothing moves.
    private mutating func advance() {
        let selected = record.selectedEpoch
        for _ in 0..<Step.allCases.count {
            guard let verdict = StepJudge(draft: self).verdict() else { break }
            move(verdict.trigger, verdict.message)
            if record.selectedEpoch != selected || record.step == .draining { break }
        }
        pauseWhenStuck()
        tidy()
    }

    private mutating func pauseWhenStuck() {
        guard record.pause == nil else { return }
        if let kind = record.step.gate, let gate, record.target == gate.revision {
            if let answer = StepJudge(draft: self).answer, answer.outcome == .inconclusive {
                pause(.inconclusive, answer.message)
            } else if isPastDeadline {
                pause(.gateTimedOut, "\(kind.rawValue) gave no answer in time")
            }
        } else if isPastDeadline, record.step == .switchingBack || record.step == .restoring {
            pause(.wayBackBlocked, "revision \(record.previous ?? record.active) has too few ready pods to go back to")
        }
    }

    mutating func pause(_ reason: Pause.Reason, _ message: String) {
        record.pause = Pause(reason: reason, message: message, since: now.wholeSeconds)
    }

    /// The deadline moves by as long as it stood still.
    mutating func unpause() {
        guard let pause = record.pause else { return }
        if let deadline = record.deadline {
            record.deadline = deadline + max(.zero, now.wholeSeconds.since(pause.since))
        }
        record.pause = nil
    }

    /// `spec.paused` stops a migration as Pause does.
    private mutating func followSpecPause() {
        let isUnderWay = record.step != .stable && record.step != .draining
        if world.isPaused, isUnderWay, record.pause == nil { pause(.spec, "spec.paused is true") }
        if !world.isPaused, record.pause?.reason == .spec { unpause() }
    }

    /// Forgets what is gone, and retires what nobody accounts for.
    private mutating func tidy() {
        if let held = record.held, let desired = world.desired, desired != held {
            record.held = nil
            record.pinned = nil
        }
        catchUpWithClaims()
        if record.step != .stable { retireLeftovers() }
        guard !transitions.isEmpty else { return }
        record.retiring.removeAll { entry in !world.deployments.contains { $0.revision == entry.revision } }
    }

    /// An old leader may have made a lost Service anew with an older epoch than Deployments are claimed for. It goes on
    /// above them, and what is retired is so again. A claim that is one above is for the switch that a step prepares, and
    /// Stable prepares none.
    private mutating func catchUpWithClaims() {
        let latest = world.deployments.map(\.claim).max() ?? 0
        let prepared: Int64 = record.step == .stable ? 0 : 1
        if latest > record.epoch, latest - prepared > record.epoch { record.epoch = latest }
        for index in record.retiring.indices {
            let claim = world.deployment(record.retiring[index].revision)?.claim ?? 0
            guard claim > record.retiring[index].epoch else { continue }
            record.epoch = max(record.epoch, claim) + 1
            record.retiring[index].epoch = record.epoch
        }
    }

    /// Somebody sent clients to what is on its way out: their requests get their time from now on.
    fileprivate mutating func renewRetirements(reachedBy selection: Selection) {
        for entry in record.retiring where selection.includes(entry.revision) && entry.at < now.wholeSeconds {
            retire(entry.revision, served: true)
        }
    }

    /// The gate that has no answer yet.
    var pendingGate: Gate? {
        guard record.pause == nil, !record.skipsGates, world.wish > 0, !world.isPaused else { return nil }
        return gate
    }

    /// When something is due though nothing changes.
    var wakeAt: Timestamp? {
        var times = record.retiring.map(\.drainBy)
        if record.pause == nil {
            if let deadline = record.deadline { times.append(deadline) }
            if record.step == .scalingUp { times.append(record.since.deadline(after: policy.progressDeadlineSeconds)) }
            if record.step == .awaitingPromotion, isConsented { times.append(exchangeDue) }
        }
        return times.filter { $0 > now }.min()
    }
}
