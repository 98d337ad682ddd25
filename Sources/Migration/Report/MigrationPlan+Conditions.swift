public import KubeCore

/// Why a condition is as it is. docs/migration.md says of each what to do.
public enum MigrationReason: String, Sendable, Hashable, CaseIterable {
    // Migrating
    case stable = "Stable"
    case revisionRejected = "RevisionRejected"
    case promotionPending = "PromotionPending"
    case pausedByOperation = "PausedByOperation"
    case pausedBySpec = "PausedBySpec"
    case gateInconclusive = "GateInconclusive"
    case gateTimedOut = "GateTimedOut"
    case wayBackBlocked = "WayBackBlocked"
    case preparing = "RevisionLoading"
    case exchanging = "ReplacingInPlace"
    case judging = "Analysing"
    case keepingTheWayBack = "KeepingWayBack"
    case draining = "Draining"
    case goingBack = "GoingBack"
    // CapacityAvailable
    case scheduled = "Scheduled"
    case insufficientQuota = "InsufficientQuota"
    case insufficientCapacity = "InsufficientCapacity"
    case unschedulable = "Unschedulable"
    // WarmedUp and AnalysisPassed
    case notStarted = "NotStarted"
    case running = "Running"
    case passed = "Passed"
    case skipped = "Skipped"
    case warmUpFailed = "WarmUpFailed"
    case analysisFailed = "AnalysisFailed"
}

/// The types of the conditions that a migration sets.
public enum MigrationConditionType {
    public static let migrating = "Migrating"
    public static let capacityAvailable = "CapacityAvailable"
    public static let warmedUp = "WarmedUp"
    public static let analysisPassed = "AnalysisPassed"
}

extension MigrationPlan {
    /// The conditions that the migration has something to say of, by type. One that is not here stays as it is: a
    /// verdict stands until the next revision is judged.
    public var conditions: [Condition] {
        guard record != nil else { return [] }
        return [analysisPassed, capacity, migrating, warmedUp].compactMap(\.self)
    }

    private func condition(
        _ type: String, _ status: Condition.Status, _ reason: MigrationReason, _ message: String
    ) -> Condition {
        Condition(type: type, status: status, reason: reason.rawValue, message: message)
    }

    // MARK: Migrating

    private var migrating: Condition? {
        guard let record else { return nil }
        let isUnderWay = record.step != .stable
        return condition(
            MigrationConditionType.migrating, isUnderWay ? .true : .false, migratingReason(record), waitingFor)
    }

    private func migratingReason(_ record: MigrationRecord) -> MigrationReason {
        switch record.pause?.reason {
        case .asked: return .pausedByOperation
        case .spec: return .pausedBySpec
        case .inconclusive: return .gateInconclusive
        case .gateTimedOut: return .gateTimedOut
        case .wayBackBlocked: return .wayBackBlocked
        case nil: break
        }
        switch record.step {
        case .stable: return record.held == nil ? .stable : .revisionRejected
        case .awaitingCapacity, .makingRoom, .takingOver, .scheduling, .loading, .warmingUp, .analysingPreview,
            .scalingUp:
            return .preparing
        case .awaitingPromotion: return .promotionPending
        case .replacing: return .exchanging
        case .analysing: return .judging
        case .holding: return .keepingTheWayBack
        case .draining: return .draining
        case .switchingBack, .restoring: return .goingBack
        }
    }

    // MARK: CapacityAvailable

    private var capacity: Condition? {
        guard let record else { return nil }
        let type = MigrationConditionType.capacityAvailable
        let target = world.deployment(record.target)
        switch record.step {
        case .awaitingCapacity, .makingRoom:
            return condition(
                type, .false, .insufficientQuota,
                Room(world).shortage(of: record.target, replicas: world.wish, in: world))
        case .scheduling where target.map { $0.scheduled < $0.replicas } ?? false:
            let why = target?.trouble.map { ": \($0.message)" } ?? ""
            return condition(
                type, .false, .unschedulable, "pods of revision \(record.target ?? "") wait for a node\(why)")
        case .stable, .draining:
            guard let rejection = heldRejection, rejection.reason == .insufficientCapacity else { return nil }
            return condition(type, .false, .insufficientCapacity, rejection.message)
        default: return nil
        }
    }

    /// Why the revision that spec describes is held back.
    private var heldRejection: Rejection? {
        record?.held.flatMap { held in record?.rejected.first { $0.revision == held } }
    }

    // MARK: Gates

    private var warmedUp: Condition? {
        gate(MigrationConditionType.warmedUp, at: .warmingUp, kind: .warmUp, failure: .warmUpFailed, .warmUpFailed)
    }

    /// Both analyses: the one after the promotion says Running again until it has passed, too.
    private var analysisPassed: Condition? {
        let type = MigrationConditionType.analysisPassed
        if record?.step == .analysing, world.policy.gates[.postPromotion] != nil {
            return gateNow(type, kind: .postPromotion)
        }
        return gate(type, at: .analysingPreview, kind: .prePromotion, failure: .analysisFailed, .analysisFailed)
    }

    private func gate(
        _ type: String, at step: Step, kind: GateKind, failure: Rejection.Reason, _ reason: MigrationReason
    ) -> Condition? {
        guard let record else { return nil }
        if record.step == step, world.policy.gates[kind] != nil { return gateNow(type, kind: kind) }
        switch record.step {
        case .stable, .draining, .switchingBack, .restoring:
            guard let rejection = record.rejected.first, rejection.reason == failure,
                rejection.revision == record.held || record.step != .stable
            else { return nil }
            return condition(type, .false, reason, "revision \(rejection.revision): \(rejection.message)")
        case .awaitingCapacity, .makingRoom, .takingOver, .scheduling, .loading:
            return condition(type, .unknown, .notStarted, "revision \(record.target ?? "") is not ready yet")
        case .warmingUp: return condition(type, .unknown, .notStarted, "the warm-up comes first")
        case .analysingPreview, .awaitingPromotion, .scalingUp, .replacing, .analysing, .holding:
            let isSkipped = world.policy.gates[kind] == nil || record.skipsGates
            return condition(
                type, .true, isSkipped ? .skipped : .passed,
                isSkipped ? "it was not asked for" : "revision \(record.target ?? "") passed")
        }
    }

    private func gateNow(_ type: String, kind: GateKind) -> Condition {
        switch record?.pause?.reason {
        case .inconclusive: condition(type, .unknown, .gateInconclusive, record?.pause?.message ?? "")
        case .gateTimedOut: condition(type, .unknown, .gateTimedOut, record?.pause?.message ?? "")
        default: condition(type, .unknown, .running, "revision \(record?.target ?? "") is being judged")
        }
    }
}
