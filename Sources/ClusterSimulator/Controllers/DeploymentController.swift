import KubeCore
import PodModel

/// Rolls a Deployment's template out through ReplicaSets, by the rules of kube-controller-manager.
final class DeploymentController: SimulatedController {
    private let mirrors: Mirrors
    private let writer: ObjectWriter

    init(_ mirrors: Mirrors, _ writer: ObjectWriter) {
        self.mirrors = mirrors
        self.writer = writer
    }

    let watches: [ResourceType] = [.deployments, .replicaSets, .pods]

    func keys(for change: ObjectChange) -> [NamespacedName] {
        switch change.type {
        case .deployments: return [change.name]
        case .pods:
            // Only Recreate waits for pods to be gone; everything else shows in a ReplicaSet's status.
            guard change.new == nil, let set = change.old?.metaController?["name"]?.stringValue else { return [] }
            let name = NamespacedName(namespace: change.name.namespace, name: set)
            return owner(of: mirrors[.replicaSets][name], change.name.namespace)
        default:
            return owner(of: change.new ?? change.old, change.name.namespace)
        }
    }

    private func owner(of set: JSONValue?, _ namespace: String) -> [NamespacedName] {
        guard let owner = set?.metaController, owner["kind"] == "Deployment", let name = owner["name"]?.stringValue
        else { return [] }
        return [NamespacedName(namespace: namespace, name: name)]
    }

    func reconcile(_ key: NamespacedName, now: Timestamp) throws(Status) -> Timestamp? {
        guard let deployment = mirrors[.deployments][key] else { return nil }
        let sets = mirrors[.replicaSets].owned(by: deployment.metaUID).filter { !$0.metaIsDeleting }
        var rollout = DeploymentRollout(deployment, sets)
        var createdSet: JSONValue?
        if !deployment.metaIsDeleting {
            if rollout.newSet == nil, !rollout.isPaused, rollout.mayCreateNewSet(podsOf: oldPods(rollout)) {
                let created = try writer.create(.replicaSets, rollout.makeNewSet())
                createdSet = created
                if created.replicas > 0 { try recordScaling(deployment, created, from: 0, to: created.replicas) }
                rollout = DeploymentRollout(deployment, sets + [created])
            }
            try bookkeep(rollout)
            try scale(rollout, isFresh: createdSet != nil)
            if rollout.isComplete { try cleanUp(rollout) }
        }
        let progress = DeploymentProgress(rollout: rollout, createdSet: createdSet?.metaName, now: now)
        try writer.setStatus(.deployments, deployment, progress.status)
        return progress.wakeAt
    }

    /// Pods of older ReplicaSets that have not ended, the terminating ones too.
    private func oldPods(_ rollout: DeploymentRollout) -> Int {
        rollout.oldSets.reduce(0) { count, set in
            count + mirrors[.pods].owned(by: set.metaUID).filter { !PodView($0).isTerminal }.count
        }
    }

    /// Revision numbers, which `kubectl rollout history` reads.
    private func bookkeep(_ rollout: DeploymentRollout) throws(Status) {
        guard let newSet = rollout.newSet else { return }
        let deployment = rollout.deployment
        let revision = String(rollout.newRevision)
        if deployment.metaAnnotation(DeploymentRollout.revisionKey) != revision {
            var object = deployment
            object[path: "metadata", "annotations", DeploymentRollout.revisionKey] = .string(revision)
            try writer.update(.deployments, object)
            throw .staleView
        }
        if newSet.metaAnnotation(DeploymentRollout.revisionKey) != revision {
            var object = newSet
            object[path: "metadata", "annotations", DeploymentRollout.revisionKey] = .string(revision)
            try writer.update(.replicaSets, object)
            throw .staleView
        }
    }

    private func scale(_ rollout: DeploymentRollout, isFresh: Bool) throws(Status) {
        guard !isFresh else { return }
        for (set, replicas) in rollout.nextScales() where set.replicas != replicas {
            var object = set
            object[path: "spec", "replicas"] = .int(replicas)
            object[path: "metadata", "annotations", "deployment.kubernetes.io/desired-replicas"] =
                .string(String(rollout.replicas))
            object[path: "metadata", "annotations", "deployment.kubernetes.io/max-replicas"] =
                .string(String(rollout.replicas + rollout.maxSurge))
            try writer.update(.replicaSets, object)
            try recordScaling(rollout.deployment, set, from: set.replicas, to: replicas)
        }
    }

    private func recordScaling(_ deployment: JSONValue, _ set: JSONValue, from: Int64, to: Int64) throws(Status) {
        try writer.event(
            .deployments, deployment, "Normal", "ScalingReplicaSet",
            "Scaled \(to > from ? "up" : "down") replica set \(set.metaName) from \(from) to \(to)",
            component: "deployment-controller")
    }

    /// Deletes what revisionHistoryLimit does not keep, oldest first.
    private func cleanUp(_ rollout: DeploymentRollout) throws(Status) {
        let limit = Int(clamping: rollout.deployment[path: "spec", "revisionHistoryLimit"]?.intValue ?? 10)
        let empty = rollout.oldSets.filter { $0.replicas == 0 && $0.statusCount("replicas") == 0 }
        let byRevision = empty.sorted { DeploymentRollout.revision($0) < DeploymentRollout.revision($1) }
        for set in byRevision.prefix(max(0, rollout.oldSets.count - max(0, limit))) {
            try writer.delete(.replicaSets, set)
        }
    }
}

extension Status {
    /// The controller changed what it had read; the change is on its way and brings it here again.
    static var staleView: Status {
        Status(code: 409, reason: "Conflict", message: "the object was changed by its own controller")
    }
}

extension JSONValue {
    /// `spec.replicas`, as ReplicaSets and Deployments have it.
    var replicas: Int64 { self[path: "spec", "replicas"]?.intValue ?? 1 }
    /// A count of the status; absent is 0.
    func statusCount(_ field: String) -> Int64 { self["status"]?[field]?.intValue ?? 0 }
}
