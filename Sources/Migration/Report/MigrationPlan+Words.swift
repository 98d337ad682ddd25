internal import KubeCore

extension MigrationPlan {
    /// What the step waits for, in a sentence: `status.migration.waitingFor`.
    public var waitingFor: String {
        guard let record else { return "waits for a spec that can be carried out" }
        if let pause = record.pause { return "paused: \(pause.message)\(Self.way(out: pause.reason))" }
        let target = record.target ?? ""
        let deployment = world.deployment(record.target)
        switch record.step {
        case .stable: return stableWords(record)
        case .awaitingCapacity:
            return "waits for GPUs: \(Room(world).shortage(of: record.target, replicas: world.wish, in: world))"
        case .makingRoom: return "revision \(record.active) gives up a replica for revision \(target)"
        case .takingOver: return "revision \(record.active) serves nobody; revision \(target) is selected in its place"
        case .scheduling:
            return "\(deployment?.scheduled ?? 0) of \(previewSize) pods of revision \(target) have a node"
        case .loading:
            let trouble = deployment?.trouble.map { "; \($0.message)" } ?? ""
            return "\(deployment?.ready ?? 0) of \(previewSize) pods of revision \(target) are ready\(trouble)"
        case .warmingUp: return "revision \(target) answers warm-up requests"
        case .analysingPreview: return "revision \(target) is judged before clients reach it"
        case .awaitingPromotion: return promotionWords(record, target)
        case .scalingUp: return "\(deployment?.ready ?? 0) of \(neededReady) ready pods that revision \(target) needs"
        case .replacing: return exchangeWords(from: record.active, to: target)
        case .analysing: return "revision \(target) is judged while clients reach it"
        case .holding: return "revision \(record.previous ?? "") stays ready as the way back"
        case .draining: return drainWords(record)
        case .switchingBack: return "revision \(record.previous ?? "") needs a ready pod, to be gone back to"
        case .restoring: return exchangeWords(from: target, to: record.active)
        }
    }

    private var draft: MigrationDraft? { record.map { MigrationDraft(world, $0) } }
    private var previewSize: Int { draft?.previewSize ?? 0 }
    private var neededReady: Int { draft?.neededReady ?? 0 }

    private static func way(out reason: Pause.Reason) -> String {
        switch reason {
        case .asked: "; say Resume to go on"
        case .spec: ""
        case .inconclusive, .gateTimedOut: "; say Retry to run it again, Promote to go on without it, or Abort"
        case .wayBackBlocked: "; mend its pods, or change spec"
        }
    }

    private func stableWords(_ record: MigrationRecord) -> String {
        guard let held = record.held else { return "revision \(record.active) is active" }
        let why = record.rejected.first { $0.revision == held }
        return "revision \(record.active) is active; revision \(held), which spec describes, was given up ("
            + (why.map { "\($0.reason.rawValue): \($0.message)" } ?? "rejected") + "); change spec, or say Retry"
    }

    private func promotionWords(_ record: MigrationRecord, _ target: String) -> String {
        if draft?.isConsented ?? false { return "revision \(target) is about to be promoted" }
        guard world.policy.autoPromote else { return "a person has to say Promote with targetRevision \(target)" }
        return "revision \(target) is promoted at \(record.deadline?.description ?? "once")"
    }

    private func exchangeWords(from old: String, to new: String) -> String {
        let left = world.deployment(old)?.replicas ?? 0
        let ready = world.deployment(new)?.ready ?? 0
        return
            "replicas are exchanged one by one: \(left) of revision \(old) are left, \(ready) of revision \(new) are ready"
    }

    private func drainWords(_ record: MigrationRecord) -> String {
        let words = record.retiring.map { entry in
            let count = world.deployment(entry.revision)?.inFlight.map { "\($0.requests)" } ?? "an unknown number of"
            return "revision \(entry.revision): \(count) requests in flight"
        }
        return "waits for requests to end, at most until their deadline (\(words.joined(separator: "; ")))"
    }
}

/// An event about a cluster, to be told once the write that it belongs to has been made.
public struct MigrationEvent: Sendable, Hashable {
    public var isWarning: Bool
    public var reason: String
    public var message: String
}

extension LiveWrite {
    /// What the write means to people: one event for each arrow that they would ask about.
    public var events: [MigrationEvent] { transitions.compactMap(event) }

    private func event(_ arrow: Transition) -> MigrationEvent? {
        let target = record.target ?? record.active
        switch arrow.trigger {
        case .goalChanged: return normal("MigrationStarted", "makes revision \(target) ready beside \(record.active)")
        case .superseded: return normal("MigrationSuperseded", "spec describes another revision now")
        case .abandoned: return normal("MigrationAbandoned", "revision \(record.active) stays active after all")
        case .inPlaceChosen:
            return warning("ReplacingInPlace", "there is no room for two revisions: there will be no instant way back")
        case .activeIsDead: return warning("ActiveIsDead", "revision \(record.active) serves nobody and holds the GPUs")
        case .podsReady: return normal("RevisionReady", "the preview of revision \(target) is ready")
        case .gatePassed: return normal("GatePassed", "\(arrow.from.gate?.rawValue ?? "") of revision \(target) passed")
        case .approved: return normal("PromotionApproved", "revision \(target) grows to take over")
        case .switched: return switchEvent(arrow)
        case .wayBackAsked: return normal("GoingBack", "goes back to revision \(record.previous ?? "")")
        case .capacityRefused, .deadlineExceeded, .gateFailed, .activeFailed, .aborted: return rejection
        case .wayBackLost: return warning("WayBackLost", "the revision to go back to was deleted; it is made again")
        case .leftoverFound: return normal("LeftoverFound", "a Deployment that nothing accounts for is removed")
        case .previewLost:
            return warning("PreviewLost", "the Deployment of revision \(target) is gone; it is made again")
        case .selectorEdited:
            return warning(
                "SelectorEdited", "somebody selected revision \(record.active), and it alone serves: it is kept")
        case .drained: return normal("MigrationFinished", "revision \(record.active) is the only one")
        case .roomFound, .roomMade, .activeRecovered, .podsScheduled, .gateSkipped, .bothSelected, .delayOver:
            return nil
        }
    }

    private func switchEvent(_ arrow: Transition) -> MigrationEvent {
        let isBack = arrow.from == .switchingBack || arrow.from == .restoring
        return isBack
            ? warning("RolledBack", "the Service selects revision \(record.active) again")
            : normal("Promoted", "the Service selects revision \(record.active)")
    }

    private var rejection: MigrationEvent? {
        record.rejected.first.map {
            warning($0.reason.rawValue, "revision \($0.revision) is given up: \($0.message)")
        }
    }

    private func normal(_ reason: String, _ message: String) -> MigrationEvent {
        MigrationEvent(isWarning: false, reason: reason, message: message)
    }

    private func warning(_ reason: String, _ message: String) -> MigrationEvent {
        MigrationEvent(isWarning: true, reason: reason, message: message)
    }
}
