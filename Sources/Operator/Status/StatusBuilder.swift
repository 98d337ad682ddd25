internal import DeepSeekAPI
internal import KubeCore
internal import Migration

/// The status of a cluster: a pure function of its situation. What did not change keeps its times, so that equal
/// situations give equal statuses and nothing is written.
struct StatusBuilder {
    var situation: Situation
    var migration: MigrationPlan
    var scaling: ScalingReport?
    var now: Timestamp

    private var cluster: DeepSeekCluster { situation.cluster }
    private var deployment: Deployment? { situation.activeDeployment }
    private var readyReplicas: Int { deployment?.status?.readyReplicas ?? 0 }
    private var trouble: PodTrouble? {
        let revisions = Set([situation.active, situation.preview].compactMap(\.self)).sorted()
        return PodTrouble.worst(of: revisions.flatMap(situation.world.pods))
            ?? revisions.lazy.compactMap(situation.world.deployment).compactMap(PodTrouble.init(_:)).first
    }

    /// Whether the revision that spec describes is active and has the size it should have.
    private var isReady: Bool {
        guard situation.acceptance.isAccepted, let active = situation.active, situation.desired == active else {
            return false
        }
        return situation.isComplete(active)
    }

    func status() -> DeepSeekClusterStatus {
        var status = cluster.status ?? DeepSeekClusterStatus()
        status.observedGeneration = cluster.metadata.generation
        status.replicas = deployment?.status?.replicas ?? 0
        status.readyReplicas = readyReplicas
        status.desiredReplicas = situation.replicas
        status.activeRevision = situation.active
        status.previewRevision = situation.preview
        status.selector = (situation.active ?? situation.desired).map {
            Labels.selectorText(revision: $0, cluster: cluster.metadata.name)
        }
        status.migration = MigrationStatus(migration)
        status.operation = situation.record?.operation.map(OperationStatus.init) ?? status.operation
        status.history = RevisionHistory(situation: situation, now: now).entries(after: status.history ?? [])
        status.autoscaling = scaling?.status ?? (isScalingPending ? cluster.status?.autoscaling : nil)
        status.conditions = conditions(status.conditions ?? [])
        (status.phase, status.message) = phase()
        return status
    }

    // MARK: Phase

    private func phase() -> (DeepSeekClusterStatus.Phase, String) {
        if cluster.spec.resolvedPaused { return (.paused, "paused by spec.paused; nothing is changed") }
        if let problem = situation.conflict ?? situation.world.failure { return (.degraded, problem) }
        guard situation.acceptance.isAccepted else {
            return (situation.active == nil ? .pending : .degraded, situation.acceptance.message)
        }
        let ready = "\(readyReplicas) of \(situation.replicas) replicas ready"
        if let trouble, !trouble.kind.isCapacity { return (.degraded, trouble.message) }
        if situation.preview != nil { return (.migrating, "\(ready); \(migration.waitingFor)") }
        let waiting = trouble.map { "\(ready); \($0.message)" } ?? ready
        guard situation.active != nil, deployment != nil else { return (.pending, waiting) }
        if isReady { return (.ready, situation.isMigrating ? "\(ready); \(migration.waitingFor)" : ready) }
        if situation.rejection != nil { return (.degraded, migration.waitingFor) }
        return readyReplicas == 0 && situation.replicas > 0 ? (.loading, waiting) : (.scaling, waiting)
    }
}

// MARK: - Conditions

extension StatusBuilder {
    private func conditions(_ old: [Condition]) -> [Condition] {
        var conditions = old.filter {
            !Self.scalingConditions.contains($0.type) || scaling != nil || isScalingPending
        }
        let all = [accepted, ready, available, progressing, migrating, capacity, paused, degraded]
        // The migration's own words win over what pods alone tell.
        for var condition in all + (scaling?.conditions ?? []) + migration.conditions {
            condition.observedGeneration = cluster.metadata.generation
            condition.message = String(condition.message.prefix(4096))
            conditions.set(condition, now: now)
        }
        return conditions.sorted { $0.type < $1.type }
    }

    /// Whether the autoscaler has yet to speak, as after a restart: what it said before stands until then.
    private var isScalingPending: Bool { scaling == nil && cluster.spec.autoscaling?.resolvedMode == .operator }

    private static let scalingConditions: Set = ["AbleToScale", "ScalingActive", "ScalingLimited", "ScaledToZero"]

    private func condition(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String) -> Condition {
        Condition(type: type, status: isTrue ? .true : .false, reason: reason, message: message)
    }

    private var accepted: Condition {
        condition(
            ConditionType.accepted, situation.acceptance.isAccepted, situation.acceptance.reason.rawValue,
            situation.acceptance.message)
    }

    private var ready: Condition {
        let count = "\(readyReplicas) of \(situation.replicas) replicas ready"
        if isReady { return condition(ConditionType.ready, true, "Ready", count) }
        if !situation.acceptance.isAccepted {
            return condition(ConditionType.ready, false, "NotAccepted", situation.acceptance.message)
        }
        if let conflict = situation.conflict {
            return condition(ConditionType.ready, false, "NameConflict", conflict)
        }
        if situation.rejection != nil {
            return condition(ConditionType.ready, false, "RevisionRejected", migration.waitingFor)
        }
        if situation.desired != situation.active, situation.active != nil {
            let message = "the revision that spec describes is not active yet"
            return condition(ConditionType.ready, false, "Migrating", message)
        }
        if let trouble { return condition(ConditionType.ready, false, trouble.kind.rawValue, trouble.message) }
        return condition(ConditionType.ready, false, readyReplicas == 0 ? "Loading" : "Scaling", count)
    }

    private var available: Condition {
        if readyReplicas > 0 {
            let message = "\(readyReplicas) replicas of revision \(situation.active ?? "") serve"
            return condition(ConditionType.available, true, "ReplicasReady", message)
        }
        if situation.active != nil, situation.replicas == 0 {
            return condition(ConditionType.available, false, "ScaledToZero", "spec.replicas is 0")
        }
        return condition(
            ConditionType.available, false, trouble?.kind.rawValue ?? "Loading",
            trouble?.message ?? "no replica is ready yet")
    }

    private var progressing: Condition {
        let type = ConditionType.progressing
        if situation.isPastDeadline {
            return condition(
                type, false, "ProgressDeadlineExceeded",
                "revision \(situation.active ?? "") made no progress for "
                    + "\(cluster.spec.resolvedProgressDeadlineSeconds) s")
        }
        if let rejection = situation.rejection {
            return condition(type, false, rejection.reason.rawValue, migration.waitingFor)
        }
        if isReady { return condition(type, false, "Complete", "nothing is under way") }
        if !situation.acceptance.isAccepted || situation.conflict != nil || cluster.spec.resolvedPaused {
            return condition(type, false, "Blocked", "waits for a change; see the other conditions")
        }
        return condition(type, true, situation.preview == nil ? "ReplicasLoading" : "RevisionLoading", phase().1)
    }

    /// Until there is something to serve.
    private var migrating: Condition {
        condition(ConditionType.migrating, false, "Stable", "nothing is active yet")
    }

    private var capacity: Condition {
        guard let trouble, trouble.kind.isCapacity else {
            if let misfit = situation.misfit, !isReady {
                return condition(ConditionType.capacityAvailable, false, "ModelMayNotFit", misfit)
            }
            return scaling?.capacity
                ?? condition(ConditionType.capacityAvailable, true, "Scheduled", "every pod found a node")
        }
        return condition(ConditionType.capacityAvailable, false, trouble.kind.rawValue, trouble.message)
    }

    private var paused: Condition {
        cluster.spec.resolvedPaused
            ? condition(ConditionType.paused, true, "Paused", "spec.paused is true: nothing is changed")
            : condition(ConditionType.paused, false, "Running", "spec.paused is not set")
    }

    private var degraded: Condition {
        if let conflict = situation.conflict {
            return condition(ConditionType.degraded, true, "NameConflict", conflict)
        }
        if let trouble, !trouble.kind.isCapacity {
            return condition(ConditionType.degraded, true, trouble.kind.rawValue, trouble.message)
        }
        if let failure = situation.world.failure {
            return condition(ConditionType.degraded, true, "RequestRefused", failure)
        }
        if situation.isPastDeadline {
            return condition(ConditionType.degraded, true, "ProgressDeadlineExceeded", progressing.message)
        }
        if let rejection = situation.rejection, rejection.reason.isTrouble {
            return condition(ConditionType.degraded, true, rejection.reason.rawValue, migration.waitingFor)
        }
        return condition(ConditionType.degraded, false, "AsExpected", "no trouble is known")
    }
}
