internal import KubeCore
internal import Migration

extension ModelRun {
    /// The world stops changing: what is late arrives, pods do what their fate is, gates answer by it, and time passes.
    /// Every migration has to come to an end then.
    mutating func settle(streamsEnd: Bool = true) {
        for _ in 0..<600 {
            guard violation == nil else { return }
            let version = cluster.version
            step()
            let isQuiet = lastActions.isEmpty
            runPods()
            if streamsEnd { for index in cluster.hidden.indices { cluster.hidden[index].flight = 0 } }
            for index in cluster.deployments.indices { cluster.count(index, known: true) }
            answerByFate()
            guard isQuiet, version == cluster.version else { continue }
            if let due = lastPlan?.wakeAt, due > cluster.now {
                // While something drains, there is much that may be done too early.
                let isDraining = cluster.service?.record?.retiring.isEmpty == false
                cluster.now = isDraining ? min(due, cluster.now + .seconds(20)) : due
            } else if leaders.count > 1 {
                arriveLate()
            } else {
                let results = leaders[0].results
                step()
                if lastActions.isEmpty, results == leaders[0].results { return checkEnd() }
            }
        }
        let record = cluster.service?.record
        fail(9, "no end: \(record?.step.rawValue ?? "no record"), waits for \(lastPlan?.waitingFor ?? "")")
    }

    /// What the old leader was about to write comes when all is done.
    private mutating func arriveLate() {
        while leaders[1].next < leaders[1].pending.count, violation == nil { play(.write(1, .none)) }
        leaders = [leaders[0]]
    }

    private mutating func answerByFate() {
        guard let gate = leaders[0].gate, !leaders[0].results.contains(where: { $0.gate == gate && $0.isVerdict })
        else {
            return
        }
        switch cluster.fate(gate.revision) {
        case .bad: play(.gate(.failed))
        case .silent, .stuck, .noImage, .crashes: break
        case .good: play(.gate(.passed))
        }
    }

    private mutating func checkEnd() {
        guard !cluster.isPaused, let record = cluster.service?.record else {
            if cluster.service == nil, cluster.desired != nil, !cluster.isPaused { fail(9, "nothing serves") }
            return
        }
        if record.pause == nil, record.step != .stable {
            guard record.step == .awaitingPromotion, !cluster.scenario.policy.autoPromote else {
                return fail(9, "stays in \(record.step.rawValue): \(lastPlan?.waitingFor ?? "")")
            }
        }
        if record.pause == nil, record.operation?.phase == .running, record.step == .stable {
            fail(9, "operation \(record.operation?.kind.rawValue ?? "") runs on")
        }
        checkSizes(record)
        guard record.step == .stable else { return }
        if cluster.deployments.map(\.revision) != [record.active] {
            fail(9, "\(cluster.deployments.map(\.revision)) are left, and \(record.active) is active")
        }
        if cluster.service?.selection != .revision(record.active) { fail(9, "the selector is not put back") }
        if let desired = cluster.desired, desired != record.active, record.held != desired {
            fail(9, "revision \(desired) is wished for, not active, and not held back")
        }
    }

    /// Autoscaling goes on for the active revision, whatever the step.
    private mutating func checkSizes(_ record: MigrationRecord) {
        guard record.mode == .blueGreen, let index = cluster.index(record.active) else { return }
        let active = cluster.deployments[index]
        let promised = cluster.deployments.reduce(0) { $0 + max(0, $1.replicas - $1.pods) * $1.gpusPerReplica }
        let isShort = cluster.room.map { $0 - promised < active.gpusPerReplica } ?? false
        if active.replicas != cluster.wish, !isShort || active.replicas > cluster.wish {
            fail(6, "revision \(record.active) has \(active.replicas) replicas, \(cluster.wish) are wished for")
        }
    }
}

extension GateResult {
    fileprivate var isVerdict: Bool { outcome != .cancelled && message != "stalePass" && message != "earlyPass" }
}
