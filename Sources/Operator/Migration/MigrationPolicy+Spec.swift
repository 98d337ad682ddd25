internal import DeepSeekAPI
internal import Migration

extension MigrationPolicy {
    /// What a spec asks for, its defaults filled in.
    init(_ spec: DeepSeekClusterSpec) {
        self.init()
        let migration = spec.migration ?? MigrationSpec()
        autoPromote = migration.resolvedAutoPromote
        autoPromoteAfterSeconds = migration.resolvedAutoPromoteAfterSeconds
        previewReplicas = migration.resolvedPreviewReplicas
        progressDeadlineSeconds = spec.resolvedProgressDeadlineSeconds
        capacityWaitSeconds = migration.resolvedCapacityWaitSeconds
        scaleDownDelaySeconds = migration.resolvedScaleDownDelaySeconds
        onInsufficientCapacity =
            switch migration.resolvedOnInsufficientCapacity {
            case .wait: .wait
            case .fail: .fail
            case .inPlace: .inPlace
            }
        drainSeconds = spec.resolvedPods.resolvedDrainSeconds
        endpointSpreadSeconds = spec.resolvedPods.resolvedPreStopSeconds
        revisionHistoryLimit = spec.resolvedRevisionHistoryLimit
        gates = Self.gates(migration)
    }

    /// The gates that are asked for, each with the seconds that it takes at most.
    private static func gates(_ migration: MigrationSpec) -> [GateKind: Int] {
        var gates: [GateKind: Int] = [:]
        if let warmUp = migration.warmUp, warmUp.resolvedRequests > 0 {
            gates[.warmUp] = WarmUpGate.seconds(warmUp)
            if migration.analysis?.prePromotion?.maxLatencyMilliseconds != nil {
                gates[.prePromotion] = WarmUpGate.seconds(warmUp)
            }
        }
        if let checks = migration.analysis?.postPromotion, !checks.isEmpty {
            gates[.postPromotion] = checks.map(AnalysisProgress.seconds).max()
        }
        return gates
    }
}

extension MigrationOperation {
    init(_ spec: OperationSpec) {
        let kind: Kind =
            switch spec.type {
            case .promote: .promote
            case .promoteFull: .promoteFull
            case .abort: .abort
            case .retry: .retry
            case .rollback: .rollback
            case .pause: .pause
            case .resume: .resume
            case .restart: .restart
            }
        self.init(id: spec.id, kind: kind, targetRevision: spec.targetRevision)
    }
}
