import KubeCore
import PodModel

/// Keeps as many pods as a ReplicaSet wants.
final class ReplicaSetController: SimulatedController {
    private let mirrors: Mirrors
    private let writer: ObjectWriter
    private static let component = "replicaset-controller"

    init(_ mirrors: Mirrors, _ writer: ObjectWriter) {
        self.mirrors = mirrors
        self.writer = writer
    }

    let watches: [ResourceType] = [.replicaSets, .pods]

    func keys(for change: ObjectChange) -> [NamespacedName] {
        if change.type == .replicaSets { return [change.name] }
        let owners = [change.old?.metaController, change.new?.metaController].compactMap { $0 }
        return Set(owners.filter { $0["kind"] == "ReplicaSet" }.compactMap { $0["name"]?.stringValue }).sorted()
            .map { NamespacedName(namespace: change.name.namespace, name: $0) }
    }

    func reconcile(_ key: NamespacedName, now: Timestamp) throws(Status) -> Timestamp? {
        guard let set = mirrors[.replicaSets][key] else { return nil }
        let pods = mirrors[.pods].owned(by: set.metaUID).filter { !$0.metaIsDeleting && !PodView($0).isTerminal }
        var failure: Status?
        if !set.metaIsDeleting {
            do throws(Status) {
                try scale(set, pods)
            } catch {
                failure = error
            }
        }
        let wakeAt = try setStatus(set, pods, failure: failure, now: now)
        if let failure { throw failure }
        return wakeAt
    }

    private func scale(_ set: JSONValue, _ pods: [JSONValue]) throws(Status) {
        let wanted = Int(clamping: set[path: "spec", "replicas"]?.intValue ?? 1)
        if pods.count > wanted {
            for pod in PodDeletionOrder.sorted(pods).prefix(pods.count - wanted) { try writer.delete(.pods, pod) }
        }
        for _ in 0..<max(0, wanted - pods.count) {
            do throws(Status) {
                try writer.create(.pods, Self.pod(of: set))
            } catch {
                try writer.event(
                    .replicaSets, set, "Warning", "FailedCreate",
                    "Error creating: \(error.message ?? error.description)", component: Self.component)
                throw error
            }
        }
    }

    private static func pod(of set: JSONValue) -> JSONValue {
        let template = set[path: "spec", "template"]
        var metadata: JSONValue = [
            "generateName": .string(set.metaName + "-"), "namespace": .string(set.metaNamespace),
            "ownerReferences": [set.controllerReference(.replicaSets)],
        ]
        for field in ["labels", "annotations", "finalizers"] {
            metadata[field] = template?[path: "metadata", field]
        }
        return ["apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template?["spec"] ?? [:]]
    }

    /// Counts pods. A pod counts as available once it has been ready for minReadySeconds; returns when the next will.
    private func setStatus(
        _ set: JSONValue, _ pods: [JSONValue], failure: Status?, now: Timestamp
    ) throws(Status) -> Timestamp? {
        let minReady = Duration.seconds(max(0, set[path: "spec", "minReadySeconds"]?.intValue ?? 0))
        var ready = 0
        var available = 0
        var wakeAt: Timestamp?
        for pod in pods.map(PodView.init) where pod.isReady {
            ready += 1
            let since = pod.condition("Ready")?["lastTransitionTime"]?.stringValue.flatMap { Timestamp($0) } ?? now
            if since + minReady <= now {
                available += 1
            } else {
                wakeAt = min(wakeAt ?? since + minReady, since + minReady)
            }
        }
        var conditions = ConditionList(set["status"])
        // A failure's message stays as it first was, as kube-controller-manager has it: each names another pod, and
        // the write would call for the next attempt at once.
        if let failure, conditions["ReplicaFailure"]?["reason"] != "FailedCreate" {
            let message = failure.message ?? failure.description
            conditions.set("ReplicaFailure", true, "FailedCreate", message, now: now)
        } else if failure == nil {
            conditions.remove("ReplicaFailure")
        }
        var status: JSONValue = [
            "replicas": JSONValue(pods.count), "observedGeneration": .int(set.metaGeneration),
        ]
        if !pods.isEmpty { status["fullyLabeledReplicas"] = JSONValue(pods.count) }
        if ready > 0 { status["readyReplicas"] = JSONValue(ready) }
        if available > 0 { status["availableReplicas"] = JSONValue(available) }
        if !conditions.items.isEmpty { status["conditions"] = .array(conditions.items) }
        try writer.setStatus(.replicaSets, set, status)
        return wakeAt
    }
}

/// Which pods go first when a ReplicaSet shrinks: `controller.ActivePodsWithRanks`.
enum PodDeletionOrder {
    static func sorted(_ pods: [JSONValue]) -> [JSONValue] {
        let views = pods.map(PodView.init)
        let readyOnNode = Dictionary(grouping: views.filter(\.isReady), by: { $0.nodeName ?? "" })
            .mapValues(\.count)
        return views.map { (rank: Rank($0, neighbours: readyOnNode[$0.nodeName ?? ""] ?? 0), json: $0.json) }
            .sorted { $0.rank.goesBefore($1.rank) }.map(\.json)
    }

    private struct Rank {
        /// Smaller goes first: not bound, not running, not ready, cheaper, more crowded.
        var order: [Int64]
        var readySince: String
        var restarts: Int64
        var created: String
        var name: String

        init(_ pod: PodView, neighbours: Int) {
            let phases: [String: Int64] = ["Pending": 0, "Unknown": 1]
            order = [
                pod.nodeName == nil ? 0 : 1, phases[pod.phase] ?? 2, pod.isReady ? 1 : 0,
                pod.annotation("controller.kubernetes.io/pod-deletion-cost").flatMap { Int64($0) } ?? 0,
                -Int64(neighbours),
            ]
            readySince = pod.isReady ? pod.condition("Ready")?["lastTransitionTime"]?.stringValue ?? "" : ""
            restarts =
                pod.status?["containerStatuses"]?.arrayValue?.compactMap { $0["restartCount"]?.intValue }.max() ?? 0
            created = pod.json.metaCreation
            name = pod.name
        }

        func goesBefore(_ other: Rank) -> Bool {
            if order != other.order { return order.lexicographicallyPrecedes(other.order) }
            if readySince != other.readySince { return readySince > other.readySince }
            if restarts != other.restarts { return restarts > other.restarts }
            if created != other.created { return created > other.created }
            return name < other.name
        }
    }
}
