internal import KubeCore

/// Operations: what people ask for once. Each is carried out, or refused, in the same write that records its id.
extension MigrationDraft {
    mutating func acceptOperation() {
        guard let operation = world.operation, !world.isPaused,
            record.operation?.id != operation.id, !record.operationIDs.contains(operation.id)
        else { return }
        if let last = record.operation?.id {
            record.operationIDs.insert(last, at: 0)
            record.operationIDs.removeLast(max(0, record.operationIDs.count - MigrationRecord.operationLimit))
        }
        record.operation = OperationReceipt(id: operation.id, kind: operation.kind, phase: .running, message: "")
        switch operation.kind {
        case .promote: promote(operation, full: false)
        case .promoteFull: promote(operation, full: true)
        case .abort: abort()
        case .retry: retry()
        case .rollback: rollBack(operation)
        case .pause: pauseByOperation()
        case .resume: resume()
        case .restart: restart()
        }
    }

    private mutating func succeed(_ message: String) { finishOperation(.succeeded, message, only: nil) }
    private mutating func fail(_ message: String) { finishOperation(.failed, message, only: nil) }

    private mutating func promote(_ operation: MigrationOperation, full: Bool) {
        guard record.step.isPreparing || record.step == .analysing, let target = record.target else {
            return fail("there is nothing to promote")
        }
        if let named = operation.targetRevision, named != target {
            return fail("revision \(named) is named, but the migration is to \(target)")
        }
        if record.step == .analysing {
            guard full || record.pause != nil else { return fail("revision \(target) is active already") }
            record.pause = nil
            record.skipsGates = true
            return succeed("revision \(target) stays active")
        }
        record.isApproved = true
        if record.step == .awaitingPromotion { record.deadline = now.wholeSeconds }
        if full || record.pause?.reason == .inconclusive || record.pause?.reason == .gateTimedOut {
            passGate(all: full)
        } else {
            unpause()
        }
    }

    /// A person takes the place of the gate that had no data, or of all gates.
    private mutating func passGate(all: Bool) {
        record.skipsGates = record.skipsGates || all
        if !all { move(.gateSkipped) }
        unpause()
    }

    private mutating func abort() {
        switch record.step {
        case .stable, .draining: fail("no migration is under way")
        case .switchingBack, .restoring:
            record.pause = nil
            record.operation?.message = "the migration is being undone"
        case .replacing, .analysing, .holding:
            move(.aborted, "a person said Abort")
            record.operation?.message = "goes back"
        default:
            move(.aborted, "a person said Abort")
            succeed("revision \(record.active) stays active")
        }
    }

    private mutating func retry() {
        if record.pause?.reason == .inconclusive || record.pause?.reason == .gateTimedOut {
            runGateAgain()
            return succeed("the gate runs again")
        }
        guard let held = record.held, held == world.desired else { return fail("no revision is held back") }
        record.held = nil
        record.pinned = nil
        succeed("revision \(held) is tried again")
    }

    private mutating func runGateAgain() {
        record.pause = nil
        record.since = now.wholeSeconds
        beginGate()
    }

    private mutating func rollBack(_ operation: MigrationOperation) {
        guard let revision = operation.targetRevision else { return fail("targetRevision is missing") }
        guard world.revision(revision) != nil else {
            return fail("there is no revision \(revision); see status.history for those that are kept")
        }
        switch record.step {
        case .replacing, .restoring, .switchingBack:
            return fail("replicas are being exchanged; say Abort, or wait until that has ended")
        default: break
        }
        if record.step.isPreparing, revision == record.target {
            return fail("the migration is to revision \(revision); say Promote or Abort")
        }
        if let desired = world.desired, desired != revision { hold(desired, insteadOf: revision) }
        record.pause = nil
        record.pinned = revision == record.active ? nil : revision
        if revision == record.active {
            if record.step == .analysing || record.step == .holding {
                return succeed("revision \(revision) stays active")
            }
            if record.step.isPreparing { move(.abandoned) }
            succeed("revision \(revision) is active")
        }
    }

    /// Spec goes on describing a revision that a person does not want.
    private mutating func hold(_ revision: String, insteadOf other: String) {
        record.held = revision
        note(
            Rejection(
                revision: revision, reason: .rolledBack, message: "a person rolled back to \(other)",
                at: now.wholeSeconds))
    }

    private mutating func pauseByOperation() {
        guard record.step != .stable, record.step != .draining else { return fail("no migration is under way") }
        if record.pause == nil { pause(.asked, "a person said Pause") } else { record.pause?.reason = .asked }
        succeed("paused; say Resume to go on")
    }

    private mutating func resume() {
        switch record.pause?.reason {
        case nil: fail("nothing is paused")
        case .inconclusive, .gateTimedOut: runGateAgain()
        case .asked, .spec, .wayBackBlocked: unpause()
        }
        succeed("goes on")
    }

    private mutating func restart() {
        guard record.step == .stable || record.step == .draining else {
            return fail("a migration is under way; its pods are new")
        }
        record.restart = Restart(revision: record.active, at: now.wholeSeconds)
        succeed("the pods of revision \(record.active) are replaced one after the other")
    }
}
