import KubeCore

/// A Deployment's status: counts, Available, Progressing with its deadline, ReplicaFailure. Pure.
struct DeploymentProgress {
    let status: JSONValue
    /// When the progress deadline passes.
    let wakeAt: Timestamp?

    init(rollout: DeploymentRollout, createdSet: String?, now: Timestamp) {
        let deployment = rollout.deployment
        var status = Self.counts(rollout)
        var conditions = ConditionList(deployment["status"])
        let isAvailable = (status["availableReplicas"]?.intValue ?? 0) >= rollout.replicas - rollout.maxUnavailable
        conditions.set(
            "Available", isAvailable, isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            isAvailable ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
            now: now, hasUpdateTime: true)
        wakeAt = Self.setProgressing(&conditions, rollout, status, createdSet, now)
        let failure = rollout.sets.compactMap { ConditionList($0["status"])["ReplicaFailure"] }.first
        if let failure {
            conditions.set(
                "ReplicaFailure", true, failure["reason"]?.stringValue ?? "", failure["message"]?.stringValue ?? "",
                now: now, hasUpdateTime: true)
        } else {
            conditions.remove("ReplicaFailure")
        }
        status["conditions"] = .array(conditions.items)
        self.status = status
    }

    private static func counts(_ rollout: DeploymentRollout) -> JSONValue {
        func total(_ field: String) -> Int64 { rollout.sets.reduce(0) { $0 + $1.statusCount(field) } }
        let available = total("availableReplicas")
        let wanted = rollout.sets.reduce(0) { $0 + $1.replicas }
        let counts: [(String, Int64)] = [
            ("replicas", total("replicas")), ("updatedReplicas", rollout.newSet?.statusCount("replicas") ?? 0),
            ("readyReplicas", total("readyReplicas")), ("availableReplicas", available),
            ("unavailableReplicas", max(0, wanted - available)),
        ]
        var status: JSONValue = ["observedGeneration": .int(rollout.deployment.metaGeneration)]
        for (field, count) in counts where count > 0 { status[field] = .int(count) }
        return status
    }

    /// The Progressing condition; returns when the deadline passes, if it can.
    private static func setProgressing(
        _ conditions: inout ConditionList, _ rollout: DeploymentRollout, _ status: JSONValue, _ createdSet: String?,
        _ now: Timestamp
    ) -> Timestamp? {
        let seconds = rollout.deployment[path: "spec", "progressDeadlineSeconds"]?.intValue ?? 600
        func set(_ isTrue: Bool, _ reason: String, _ message: String) {
            conditions.set("Progressing", isTrue, reason, message, now: now, hasUpdateTime: true)
        }
        let old = conditions["Progressing"]
        let reason = old?["reason"]?.stringValue
        if rollout.isPaused {
            if reason != "DeploymentPaused" {
                conditions.setUnknown("Progressing", "DeploymentPaused", "Deployment is paused", now: now)
            }
            return nil
        }
        if reason == "DeploymentPaused" {
            conditions.setUnknown("Progressing", "DeploymentResumed", "Deployment is resumed", now: now)
        }
        let name = rollout.newSet?.metaName ?? "\(rollout.deployment.metaName)-\(rollout.hash)"
        if rollout.isComplete {
            set(true, "NewReplicaSetAvailable", "ReplicaSet \"\(name)\" has successfully progressed.")
            return nil
        }
        if let createdSet {
            set(true, "NewReplicaSetCreated", "Created new replica set \"\(createdSet)\"")
        } else if hasProgressed(rollout.deployment, status) || old == nil {
            conditions.touch("Progressing", "ReplicaSetUpdated", "ReplicaSet \"\(name)\" is progressing.", now: now)
        }
        // Without a rollout a lack of availability is no lack of progress.
        guard reason != "NewReplicaSetAvailable" || createdSet != nil, reason != "ProgressDeadlineExceeded" else {
            return nil
        }
        let since = conditions["Progressing"]?["lastUpdateTime"]?.stringValue.flatMap { Timestamp($0) } ?? now
        let deadline = since + .seconds(max(0, seconds))
        guard now >= deadline else { return deadline }
        set(false, "ProgressDeadlineExceeded", "ReplicaSet \"\(name)\" has timed out progressing.")
        return nil
    }

    /// `DeploymentProgressing`: more new pods, fewer old ones, more ready or available ones.
    private static func hasProgressed(_ deployment: JSONValue, _ status: JSONValue) -> Bool {
        func old(_ field: String) -> Int64 { deployment.statusCount(field) }
        func new(_ field: String) -> Int64 { status[field]?.intValue ?? 0 }
        return new("updatedReplicas") > old("updatedReplicas")
            || new("replicas") - new("updatedReplicas") < old("replicas") - old("updatedReplicas")
            || new("readyReplicas") > old("readyReplicas") || new("availableReplicas") > old("availableReplicas")
    }
}
