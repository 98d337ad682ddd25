internal import KubeCore

/// What moves the step on, if anything does: one small function for each step.
///
/// Readiness is looked at before deadlines: what became ready while nobody looked has made it.
struct StepJudge {
    let draft: MigrationDraft

    private var record: MigrationRecord { draft.record }
    private var world: ObservedMigration { draft.world }
    private var activeReady: Int { draft.active?.serving ?? 0 }

    /// A trigger, and words for people where it is a verdict.
    typealias Verdict = (trigger: Trigger, message: String)

    func verdict() -> Verdict? {
        switch record.pause?.reason {
        case .asked, .spec: return nil
        case .inconclusive, .gateTimedOut, .wayBackBlocked, nil: break
        }
        if draft.edited != nil { return (.selectorEdited, "") }
        if record.step.isPreparing, let verdict = wanted() { return verdict }
        switch record.step {
        case .stable: return stable()
        case .draining: return draining()
        case .awaitingCapacity: return awaitingCapacity()
        case .makingRoom: return makingRoom()
        case .takingOver: return takingOver()
        case .scheduling: return scheduling()
        case .loading: return lost() ?? loading()
        case .warmingUp, .analysingPreview: return lost() ?? gate()
        case .awaitingPromotion: return lost() ?? awaitingPromotion()
        case .scalingUp: return lost() ?? scalingUp()
        case .replacing: return replacing()
        case .analysing: return backed() ?? analysing()
        case .holding: return backed() ?? holding()
        case .switchingBack: return switchingBack()
        case .restoring: return restoring()
        }
    }

    // MARK: Before anything else

    /// Whether what is being made ready is still what should become active.
    private func wanted() -> Verdict? {
        let goal = draft.goal
        if goal == record.active { return (.abandoned, "") }
        return goal == record.target ? nil : (.superseded, "")
    }

    private func lost() -> Verdict? { draft.target == nil ? (.previewLost, "") : nil }

    /// What sends clients back to the revision that they came from. It asks nothing of the one they leave.
    private func backed() -> Verdict? {
        if draft.goal == record.previous { return (.wayBackAsked, "") }
        guard let previous = draft.previous, previous.serving > 0, world.wish > 0 else { return nil }
        let isBroken = draft.active?.trouble?.isPermanent ?? false
        guard activeReady == 0 || isBroken && activeReady < min(record.size, world.wish) else { return nil }
        return (.activeFailed, draft.active?.trouble?.message ?? "no pod of it is ready")
    }

    // MARK: At the ends

    private func stable() -> Verdict? {
        if draft.goal != record.active { return (.goalChanged, "") }
        return draft.leftovers.isEmpty ? nil : (.leftoverFound, "")
    }

    /// A revision that clients left a moment ago, and that was not given up, is gone back to without being judged again.
    private func draining() -> Verdict? {
        let goal = draft.goal
        if goal != record.active {
            let served = record.retiring.contains { $0.revision == goal && $0.served }
            let isTrusted = served && !record.rejected.contains { $0.revision == goal }
            let isUp = world.deployment(goal)?.serving ?? 0 > 0
            return (isTrusted && isUp ? .wayBackAsked : .goalChanged, "")
        }
        let isDone = record.retiring.allSatisfy { entry in !world.deployments.contains { $0.revision == entry.revision }
        }
        return isDone && draft.leftovers.isEmpty ? (.drained, "") : nil
    }

    // MARK: Room

    private func awaitingCapacity() -> Verdict? {
        let room = Room(world)
        if room.holds(draft.target, record.target, replicas: world.wish, in: world) { return (.roomFound, "") }
        if isBeyondHelp || draft.isPastDeadline && isNobodyServing { return (.activeIsDead, "") }
        let shortage = room.shortage(of: record.target, replicas: world.wish, in: world)
        switch draft.policy.onInsufficientCapacity {
        case .inPlace where canReplaceInPlace: return (.inPlaceChosen, "")
        case .fail: return (.capacityRefused, shortage)
        case .wait, .inPlace: return draft.isPastDeadline ? (.capacityRefused, shortage) : nil
        }
    }

    /// Whether the active revision serves nobody and will not by waiting.
    private var isBeyondHelp: Bool { isNobodyServing && draft.active?.trouble?.isPermanent ?? false }

    /// Whether no revision has a ready pod but the one that is to become active: nothing is lost by selecting that.
    private var isNobodyServing: Bool {
        world.deployments.allSatisfy { $0.ready == 0 || $0.revision == record.target }
    }

    /// One replica cannot be replaced by another without a moment in which there is none.
    private var canReplaceInPlace: Bool { world.wish >= 2 && activeReady >= 2 }

    private func makingRoom() -> Verdict? {
        if let active = draft.active, active.replicas < world.wish,
            Room(world).holds(draft.target, record.target, replicas: 1, in: world)
        {
            return (.roomMade, "")
        }
        return draft.isPastDeadline ? (.capacityRefused, "the active revision could not give up a replica") : nil
    }

    private func takingOver() -> Verdict? {
        if !isNobodyServing { return (.activeRecovered, "") }
        if draft.isClaimed(draft.target) { return (.switched, "") }
        return draft.isPastDeadline ? (.deadlineExceeded, "its Deployment could not be made") : nil
    }

    private func scheduling() -> Verdict? {
        if let target = draft.target, target.scheduled >= draft.previewSize { return (.podsScheduled, "") }
        guard draft.isPastDeadline else { return nil }
        if record.mode == .blueGreen {
            if isNobodyServing { return (.activeIsDead, "") }
            if draft.policy.onInsufficientCapacity == .inPlace, canReplaceInPlace { return (.inPlaceChosen, "") }
        }
        return (.capacityRefused, draft.target?.trouble?.message ?? "its pods found no node")
    }

    // MARK: Pods

    private func loading() -> Verdict? {
        if let target = draft.target, target.serving >= draft.previewSize { return (.podsReady, "") }
        return draft.isPastDeadline ? (.deadlineExceeded, notReady) : nil
    }

    private var notReady: String {
        draft.target?.trouble?.message
            ?? "\(draft.target?.serving ?? 0) of \(draft.target?.replicas ?? 0) replicas became ready in time"
    }

    // MARK: Gates

    /// The answer to the current run of the gate. A result of another run, of another revision, or from before the run
    /// began is none.
    var answer: GateResult? {
        guard let gate = draft.gate else { return nil }
        return world.gateResults.last {
            $0.gate == gate && $0.outcome != .cancelled && $0.observedAt >= record.since
        }
    }

    private func gate() -> Verdict? {
        let isNobodyThere = world.wish == 0
        if draft.gate == nil || record.skipsGates || isNobodyThere { return (.gateSkipped, "") }
        guard record.pause == nil, let answer else { return nil }
        switch answer.outcome {
        case .passed: return (.gatePassed, answer.message)
        case .failed: return (.gateFailed, answer.message)
        case .inconclusive, .cancelled: return nil
        }
    }

    private func analysing() -> Verdict? {
        if let verdict = gate() { return verdict }
        // A verdict is near, and until then there is a way back. Only a person cuts it short.
        let isDecided = record.pause != nil || record.pinned == draft.goal
        return draft.goal != record.active && isDecided ? (.superseded, "") : nil
    }

    // MARK: Promotion

    private func awaitingPromotion() -> Verdict? {
        guard draft.isConsented else { return nil }
        if record.mode == .blueGreen { return (.approved, "") }
        // Both will be selected, and so would be whatever else there is.
        let isAlone = world.deployments.allSatisfy { $0.revision == record.active || $0.revision == record.target }
        let isReady = (draft.target?.serving ?? 0) >= draft.previewSize
        if isAlone, isReady { return draft.isClaimed(draft.target) ? (.approved, "") : nil }
        return world.now >= draft.exchangeDue ? (.deadlineExceeded, notReady) : nil
    }

    private func scalingUp() -> Verdict? {
        let ready = draft.target?.serving ?? 0
        if ready >= draft.neededReady {
            return draft.isClaimed(draft.target) ? (.switched, "") : nil
        }
        return draft.isPastDeadline ? (.deadlineExceeded, notReady) : nil
    }

    private func holding() -> Verdict? {
        if draft.goal != record.active { return (.superseded, "") }
        return draft.isPastDeadline || draft.previous == nil ? (.delayOver, "") : nil
    }

    // MARK: In place

    private func replacing() -> Verdict? {
        let goal = draft.goal
        if goal == record.active { return (.abandoned, "") }
        if goal != record.target { return (.superseded, "") }
        if isExchanged(from: draft.active, to: draft.target) { return (.switched, "") }
        return draft.isPastDeadline ? (.deadlineExceeded, notReady) : nil
    }

    private func restoring() -> Verdict? {
        isExchanged(from: draft.target, to: draft.active) ? (.switched, "") : nil
    }

    /// Whether one replica at most is left to exchange, and the others hold the floor without it.
    private func isExchanged(from old: RevisionDeployment?, to new: RevisionDeployment?) -> Bool {
        (old?.replicas ?? 0) <= 1 && (new?.serving ?? 0) >= draft.exchangeFloor && draft.isClaimed(new)
    }

    // MARK: The way back

    private func switchingBack() -> Verdict? {
        let goal = draft.goal
        if goal == record.active { return (.abandoned, "") }
        guard let previous = draft.previous else { return (.wayBackLost, "") }
        if previous.serving > 0 || world.wish == 0 {
            guard draft.isClaimed(previous) else { return nil }
            return (record.mode == .inPlace ? .bothSelected : .switched, "")
        }
        return goal == record.previous ? nil : (.superseded, "")
    }
}

extension MigrationDraft {
    /// The revision that clients reach by an edit of the selector, when what they should reach serves nobody: the
    /// selector says who is active, and putting it back would cut them off.
    var edited: String? {
        guard let service = world.service, service.selection != record.selection, world.ready(record.selection) == 0
        else { return nil }
        let reached = world.deployments.filter {
            service.selection.includes($0.revision) && $0.serving > 0 && !$0.isBeingDeleted
                && $0.revision != record.active
        }
        return reached.max { ($0.serving, $1.revision) < ($1.serving, $0.revision) }?.revision
    }

    /// The run of the gate that the step asks for.
    var gate: Gate? {
        guard let kind = record.step.gate, policy.gates[kind] != nil, let revision = record.target else { return nil }
        return Gate(kind: kind, revision: revision, attempt: record.attempt)
    }

    /// Whether a person or the delay let the promotion go on.
    var isConsented: Bool {
        if record.isApproved || record.skipsGates { return true }
        return policy.autoPromote && now >= consentDue
    }

    /// When the promotion is let go on.
    private var consentDue: Timestamp {
        record.deadline ?? record.since.deadline(after: policy.autoPromoteAfterSeconds)
    }

    /// When an exchange in place must have begun, after it was let go on.
    var exchangeDue: Timestamp { consentDue.deadline(after: policy.progressDeadlineSeconds) }

    /// Ready pods of the new revision that the switch asks for: as many as hold the load of the old one now. When the
    /// time for growing is over, as many as held it when it began, so that load that grows faster than pods load
    /// cannot put the switch off for ever. One where the old revision serves nobody.
    var neededReady: Int {
        guard world.wish > 0 else { return 0 }
        let isLate = now >= record.since.deadline(after: policy.progressDeadlineSeconds)
        return max(1, min(world.wish, isLate ? record.size : active?.serving ?? 0))
    }
}
