internal import KubeCore

/// The record on its way to the next one, and what is known of the world meanwhile.
struct MigrationDraft {
    let world: ObservedMigration
    var record: MigrationRecord
    private(set) var transitions: [Transition] = []

    init(_ world: ObservedMigration, _ record: MigrationRecord) {
        self.world = world
        self.record = record
    }

    var policy: MigrationPolicy { world.policy }
    var now: Timestamp { world.now }
    var active: RevisionDeployment? { world.deployment(record.active) }
    var target: RevisionDeployment? { world.deployment(record.target) }
    var previous: RevisionDeployment? { world.deployment(record.previous) }

    /// The revision that should be active.
    var goal: String {
        let fallback = record.pinned ?? record.active
        guard let desired = world.desired else {
            return record.step.isPreparing || record.step == .replacing ? record.target ?? fallback : fallback
        }
        return desired == record.held ? fallback : desired
    }

    /// Replicas of the next revision before it is promoted.
    var previewSize: Int { record.mode == .inPlace ? min(1, world.wish) : min(policy.previewReplicas, world.wish) }

    /// Ready pods below which an exchange in place never goes.
    var exchangeFloor: Int { world.wish == 0 ? 0 : max(1, min(world.wish, record.size) - 1) }

    /// Whether a Deployment bears the mark of the selection that would come next, so that nobody who has not seen it
    /// deletes it.
    func isClaimed(_ deployment: RevisionDeployment?) -> Bool { deployment?.claim ?? 0 > record.epoch }

    var isPastDeadline: Bool { record.deadline.map { now >= $0 } ?? false }

    // MARK: Moving

    /// Follows an arrow of the table; a trigger that means nothing here does nothing.
    mutating func move(_ trigger: Trigger, _ message: String = "") {
        guard let arrow = TransitionTable.transition(from: record.step, on: trigger, mode: record.mode) else { return }
        leave(on: trigger, message)
        record.step = arrow.to
        record.since = now.wholeSeconds
        record.deadline = nil
        record.pause = nil
        enter()
        transitions.append(arrow)
    }

    private mutating func leave(on trigger: Trigger, _ message: String) {
        switch trigger {
        case .capacityRefused: reject(.insufficientCapacity, message)
        case .deadlineExceeded: reject(isShortOfRoom ? .insufficientCapacity : .progressDeadlineExceeded, message)
        case .gateFailed: reject(record.step == .warmingUp ? .warmUpFailed : .analysisFailed, message)
        case .activeFailed: reject(.unavailable, message)
        case .aborted: reject(.aborted, message)
        case .superseded, .abandoned:
            finishOperation(
                .failed, "revision \(record.target ?? "") is no longer wanted", only: [.promote, .promoteFull])
        case .inPlaceChosen: record.mode = .inPlace
        case .switched: takeOver()
        case .selectorEdited:
            record.active = edited ?? record.active
            record.retiring.removeAll { $0.revision == record.active }
            beginSelection()
            record.switchedAt = now.wholeSeconds
        case .bothSelected:
            record.target = record.active
            record.active = record.previous ?? record.active
            record.previous = nil
            beginSelection()
        default: break
        }
        if record.step == .replacing, trigger != .switched { record.epoch += 1 }
        if record.step == .awaitingPromotion, trigger == .approved, record.mode == .inPlace { record.epoch += 1 }
    }

    private mutating func enter() {
        switch record.step {
        case .stable: forgetTarget()
        case .awaitingCapacity: begin(goal)
        case .makingRoom, .scheduling: record.deadline = now.deadline(after: policy.capacityWaitSeconds)
        case .takingOver, .loading: record.deadline = now.deadline(after: policy.progressDeadlineSeconds)
        case .warmingUp, .analysingPreview, .analysing: beginGate()
        case .awaitingPromotion:
            let isApproved = record.isApproved || record.skipsGates
            let delay = isApproved ? 0 : policy.autoPromoteAfterSeconds
            record.deadline = isApproved || policy.autoPromote ? now.deadline(after: delay) : nil
        case .scalingUp:
            record.size = world.wish
            record.deadline = now.deadline(after: policy.exchangeSeconds(replicas: 1))
        case .replacing, .restoring:
            record.size = world.wish
            record.deadline = now.deadline(after: policy.exchangeSeconds(replicas: world.wish))
        case .holding: record.deadline = now.deadline(after: policy.scaleDownDelaySeconds)
        case .switchingBack: beginWayBack()
        case .draining: beginDrain()
        }
    }

    /// Whether the next revision is kept from its size by quota.
    private var isShortOfRoom: Bool {
        record.step == .scalingUp && (target?.replicas ?? 0) < min(world.wish, max(record.size, 1))
    }
}

// MARK: - Steps begin

extension MigrationDraft {
    /// A migration to a revision begins. What was being made ready before goes, and so does an older way back.
    private mutating func begin(_ revision: String) {
        for old in [record.target, record.previous].compactMap(\.self) where old != record.active && old != revision {
            retire(old, served: old == record.previous || record.targetServed)
        }
        // Of a Deployment that was there before anything was recorded, nobody knows.
        if revision != record.target {
            let retired = record.retiring.first { $0.revision == revision }
            record.targetServed = retired?.served ?? (world.deployment(revision) != nil)
        }
        record.retiring.removeAll { $0.revision == revision }
        record.target = revision
        record.previous = nil
        record.mode = .blueGreen
        record.isApproved = record.pinned == revision
        record.skipsGates = false
        if revision == world.desired {
            record.held = nil
            record.pinned = nil
        }
        record.deadline = now.deadline(after: policy.capacityWaitSeconds)
    }

    mutating func beginGate() {
        record.attempt = record.attempt == .max ? 0 : record.attempt + 1
        record.deadline = record.step.gate.flatMap { policy.gates[$0] }.map(now.deadline(after:))
    }

    private mutating func beginWayBack() {
        if record.previous == nil { record.previous = goal }
        record.retiring.removeAll { $0.revision == record.previous }
        record.target = nil
        record.deadline = now.deadline(after: policy.progressDeadlineSeconds)
    }

    private mutating func beginDrain() {
        for old in [record.target, record.previous].compactMap(\.self) where old != record.active {
            retire(old, served: old == record.previous || record.targetServed)
        }
        forgetTarget()
        retireLeftovers()
        record.deadline = record.retiring.map(\.drainBy).max()
    }

    private mutating func forgetTarget() {
        record.target = nil
        record.targetServed = false
        record.previous = nil
        record.mode = .blueGreen
        record.isApproved = false
        record.skipsGates = false
        finishOperation(.succeeded, "done", only: nil)
    }
}

// MARK: - Selection and retirement

extension MigrationDraft {
    /// The selector goes from one revision to another.
    private mutating func takeOver() {
        switch record.step {
        case .switchingBack:
            let failed = record.active
            record.active = record.previous ?? failed
            record.previous = nil
            beginSelection()
            retire(failed, served: true)
        case .restoring:
            beginSelection()
            record.target.map { retire($0, served: true) }
            record.target = nil
        default:
            record.previous = record.active
            record.active = record.target ?? record.active
            record.rejected.removeAll { $0.revision == record.active }
            beginSelection()
        }
        record.switchedAt = now.wholeSeconds
        if record.restart?.revision != record.active { record.restart = nil }
        finishOperation(.succeeded, "revision \(record.active) is active", only: nil)
    }

    private mutating func beginSelection() {
        record.epoch += 1
        record.selectedEpoch = record.epoch
        if record.pinned == record.active { record.pinned = nil }
    }

    /// - Parameter served: whether clients may have requests in flight on it.
    mutating func retire(_ revision: String, served: Bool) {
        let served = served || world.service?.selection.includes(revision) ?? false
        record.epoch += 1
        record.retiring.removeAll { $0.revision == revision }
        record.retiring.append(
            Retirement(
                revision: revision, epoch: record.epoch, at: now.roundedUp,
                drainBy: now.deadline(after: served ? policy.drainSeconds : 0), served: served))
    }

    /// Deployments that nothing accounts for: of an operator before this one, or made by an old leader. Nobody knows
    /// whether clients reached them.
    var leftovers: [String] {
        world.deployments.lazy.map(\.revision).filter {
            $0 != record.active && $0 != record.target && $0 != record.previous && !record.isRetiring($0)
        }.sorted()
    }

    mutating func retireLeftovers() {
        for revision in leftovers { retire(revision, served: true) }
    }

    /// Gives up what should become active, or just did.
    mutating func reject(_ reason: Rejection.Reason, _ message: String) {
        guard let revision = record.target else { return }
        note(Rejection(revision: revision, reason: reason, message: message, at: now.wholeSeconds))
        if world.desired == revision { record.held = revision }
        if record.pinned == revision { record.pinned = nil }
        if revision == record.active { record.pinned = record.previous }
        finishOperation(.failed, "revision \(revision): \(reason.rawValue)", only: [.promote, .promoteFull, .rollback])
    }

    mutating func note(_ rejection: Rejection) {
        record.rejected.removeAll { $0.revision == rejection.revision }
        record.rejected.insert(rejection, at: 0)
        record.rejected.removeLast(max(0, record.rejected.count - MigrationRecord.rejectionLimit))
    }

    /// Ends the operation that is running, if it is one of `kinds` (nil: any).
    mutating func finishOperation(
        _ phase: OperationReceipt.Phase, _ message: String, only kinds: Set<MigrationOperation.Kind>?
    ) {
        guard var receipt = record.operation, receipt.phase == .running, kinds?.contains(receipt.kind) ?? true else {
            return
        }
        receipt.phase = phase
        receipt.message = message
        receipt.completedAt = now.wholeSeconds
        record.operation = receipt
    }
}
