import KubeCore

/// A Deployment with its ReplicaSets, and what its strategy does next. Pure.
///
/// After kube-controller-manager's `rolling.go`, `recreate.go` and `deployment_util.go`: the bounds are
/// replicas + maxSurge pods at most, and replicas - maxUnavailable available pods at least.
struct DeploymentRollout {
    static let revisionKey = "deployment.kubernetes.io/revision"
    static let hashKey = "pod-template-hash"

    let deployment: JSONValue
    /// The ReplicaSet of the present template.
    let newSet: JSONValue?
    /// All others, oldest first.
    let oldSets: [JSONValue]
    let hash: String

    init(_ deployment: JSONValue, _ sets: [JSONValue]) {
        self.deployment = deployment
        let template = deployment[path: "spec", "template"] ?? .object([:])
        hash = Self.hash(template)
        let sorted = sets.sorted { ($0.metaCreation, $0.metaName) < ($1.metaCreation, $1.metaName) }
        newSet = sorted.first { Self.template(of: $0) == template }
        let newUID = newSet?.metaUID
        oldSets = sorted.filter { $0.metaUID != newUID }
    }

    var replicas: Int64 { deployment.replicas }
    var isPaused: Bool { deployment[path: "spec", "paused"]?.boolValue ?? false }
    var isRecreate: Bool { deployment[path: "spec", "strategy", "type"]?.stringValue == "Recreate" }
    var sets: [JSONValue] { oldSets + [newSet].compactMap { $0 } }

    var maxSurge: Int64 { isRecreate ? 0 : share("maxSurge", roundsUp: true) }
    /// At least 1 when maxSurge is 0, for nothing could move otherwise.
    var maxUnavailable: Int64 {
        guard !isRecreate else { return 0 }
        let value = share("maxUnavailable", roundsUp: false)
        return min(value == 0 && maxSurge == 0 ? 1 : value, replicas)
    }

    private func share(_ field: String, roundsUp: Bool) -> Int64 {
        let value = deployment[path: "spec", "strategy", "rollingUpdate", field] ?? "25%"
        if let count = value.intValue { return max(0, count) }
        guard let text = value.stringValue, text.hasSuffix("%"), let percent = Int64(text.dropLast()),
            (0...10_000).contains(percent)
        else { return 0 }
        let (product, overflow) = replicas.multipliedReportingOverflow(by: percent)
        guard !overflow else { return replicas }
        return product / 100 + (roundsUp && product % 100 != 0 ? 1 : 0)
    }

    /// Every wanted pod is of the present template and available, and no other is left.
    var isComplete: Bool {
        guard let newSet else { return false }
        return newSet.statusCount("replicas") == replicas && newSet.statusCount("availableReplicas") == replicas
            && oldSets.allSatisfy { $0.replicas == 0 && $0.statusCount("replicas") == 0 }
            && newSet.replicas == replicas
    }

    // MARK: The new ReplicaSet

    /// Recreate waits until the old pods are gone.
    func mayCreateNewSet(podsOf oldPods: Int) -> Bool { !isRecreate || oldPods == 0 }

    static func revision(_ set: JSONValue) -> Int64 { set.metaAnnotation(revisionKey).flatMap { Int64($0) } ?? 0 }

    /// One more than any older one has, for the present template.
    var newRevision: Int64 {
        let oldest = oldSets.map(Self.revision).max() ?? 0
        return max(oldest &+ 1, newSet.map(Self.revision) ?? 0)
    }

    func makeNewSet() -> JSONValue {
        var template = deployment[path: "spec", "template"] ?? .object([:])
        template[path: "metadata", "labels", Self.hashKey] = .string(hash)
        var annotations = deployment[path: "metadata", "annotations"] ?? .object([:])
        annotations["kubectl.kubernetes.io/last-applied-configuration"] = nil
        annotations[Self.revisionKey] = .string(String(newRevision))
        annotations["deployment.kubernetes.io/desired-replicas"] = .string(String(replicas))
        annotations["deployment.kubernetes.io/max-replicas"] = .string(String(replicas + maxSurge))
        var selector = deployment[path: "spec", "selector"] ?? .object([:])
        selector[path: "matchLabels", Self.hashKey] = .string(hash)
        var spec: JSONValue = [
            "replicas": .int(newSetScale(current: 0)), "selector": selector, "template": template,
        ]
        spec["minReadySeconds"] = deployment[path: "spec", "minReadySeconds"]
        return [
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": [
                "name": .string("\(deployment.metaName)-\(hash)"), "namespace": .string(deployment.metaNamespace),
                "labels": template[path: "metadata", "labels"] ?? [:], "annotations": annotations,
                "ownerReferences": [deployment.controllerReference(.deployments)],
            ],
            "spec": spec,
        ]
    }

    private static func template(of set: JSONValue) -> JSONValue? {
        var template = set[path: "spec", "template"]
        template?[path: "metadata", "labels", hashKey] = nil
        return template
    }

    /// A stable hash of the template, in the alphabet of Kubernetes' names (`rand.SafeEncodeString`).
    private static func hash(_ template: JSONValue) -> String {
        let sum = template.serialized().reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String(String(sum).utf8.map { alphabet[Int($0) % alphabet.count] })
    }

    // MARK: Scaling

    /// What each ReplicaSet's replicas become next.
    func nextScales() -> [(set: JSONValue, replicas: Int64)] {
        if isPaused { return scalesWhilePaused() }
        guard let newSet else { return oldSets.map { ($0, isRecreate ? 0 : $0.replicas) } }
        if isRecreate {
            let old = oldSets.map { (set: $0, replicas: Int64(0)) }
            return old + (oldSets.allSatisfy { $0.replicas == 0 } ? [(newSet, replicas)] : [])
        }
        let wanted = newSetScale(current: newSet.replicas)
        // One side at a time: the old ones shrink when the new one's status has caught up.
        return wanted != newSet.replicas ? [(newSet, wanted)] : oldScales(newSet)
    }

    /// A paused Deployment is scaled, but not rolled: its newest ReplicaSet with pods follows the wish.
    private func scalesWhilePaused() -> [(set: JSONValue, replicas: Int64)] {
        let active = sets.filter { $0.replicas > 0 }
        guard let target = active.max(by: { Self.revision($0) < Self.revision($1) }) ?? newSet else { return [] }
        let others = active.filter { $0.metaUID != target.metaUID }.reduce(0) { $0 + $1.replicas }
        return [(target, max(0, replicas - others))]
    }

    /// `NewRSNewReplicas`.
    private func newSetScale(current: Int64) -> Int64 {
        guard !isRecreate, current < replicas else { return replicas }
        let all = oldSets.reduce(0) { $0 + $1.replicas } + current
        let room = replicas + maxSurge - all
        return room <= 0 ? current : current + min(room, replicas - current)
    }

    /// `reconcileOldReplicaSets`: unhealthy pods first, then as many as availability allows, oldest set first.
    private func oldScales(_ newSet: JSONValue) -> [(set: JSONValue, replicas: Int64)] {
        let minAvailable = replicas - maxUnavailable
        let all = sets.reduce(0) { $0 + $1.replicas }
        let newUnavailable = newSet.replicas - newSet.statusCount("availableReplicas")
        var mayRemove = all - minAvailable - newUnavailable
        guard mayRemove > 0 else { return [] }
        var scales = oldSets.map { (set: $0, replicas: $0.replicas) }
        for index in scales.indices where mayRemove > 0 {
            let unhealthy = scales[index].replicas - scales[index].set.statusCount("availableReplicas")
            let removed = max(0, min(mayRemove, unhealthy))
            scales[index].replicas -= removed
            mayRemove -= removed
        }
        var spare = sets.reduce(0) { $0 + $1.statusCount("availableReplicas") } - minAvailable
        for index in scales.indices where spare > 0 {
            let removed = min(spare, scales[index].replicas)
            scales[index].replicas -= removed
            spare -= removed
        }
        return scales
    }
}
