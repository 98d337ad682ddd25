import KubeCore
import PodModel

/// Binds pods to nodes, as kube-scheduler does.
final class SchedulerController: SimulatedController {
    private let mirrors: Mirrors
    private let writer: ObjectWriter
    private var pool = NodePool()
    /// Pods that no node could take, to be looked at again when room appears.
    private var waiting: Set<NamespacedName> = []

    init(_ mirrors: Mirrors, _ writer: ObjectWriter) {
        self.mirrors = mirrors
        self.writer = writer
    }

    let watches: [ResourceType] = [.nodes, .pods]

    func keys(for change: ObjectChange) -> [NamespacedName] {
        if change.type == .nodes {
            guard let node = change.new else {
                pool.removeNode(change.name.name)
                return []
            }
            let isOnlyHeartbeat =
                change.old.map { old in
                    old["spec"] == node["spec"] && old.metaLabels == node.metaLabels
                        && old[path: "status", "allocatable"] == node[path: "status", "allocatable"]
                } ?? false
            guard !isOnlyHeartbeat else { return [] }
            pool.update(NodeView(node))
            return takeWaiting()
        }
        guard let pod = change.new else {
            waiting.remove(change.name)
            return pool.removePod(uid: change.old?.metaUID ?? "") ? takeWaiting() : []
        }
        let view = PodView(pod)
        if view.nodeName != nil { return pool.update(view) ? takeWaiting() : [] }
        // Its own status is no news: only a new pod or another wish is worth a look.
        return change.old?["spec"] == pod["spec"] && change.old != nil ? [] : [change.name]
    }

    private func takeWaiting() -> [NamespacedName] {
        defer { waiting = [] }
        return waiting.sorted()
    }

    func reconcile(_ key: NamespacedName, now: Timestamp) throws(Status) -> Timestamp? {
        guard let json = mirrors[.pods][key], !json.metaIsDeleting else { return nil }
        let pod = PodView(json)
        guard pod.nodeName == nil, !pod.isTerminal, pod.schedulerName == "default-scheduler",
            pod.spec?["schedulingGates"]?.arrayValue?.isEmpty ?? true
        else { return nil }
        switch pool.place(pod) {
        case .node(let name):
            var bound = json
            bound[path: "spec", "nodeName"] = .string(name)
            do throws(Status) {
                try writer.update(.pods, bound)
            } catch {
                pool.removePod(uid: pod.uid)
                throw error
            }
            let message = "Successfully assigned \(key) to \(name)"
            try writer.event(.pods, json, "Normal", "Scheduled", message, component: "default-scheduler")
        case .unschedulable(let message):
            waiting.insert(key)
            try setUnschedulable(json, message, now: now)
        }
        return nil
    }

    private func setUnschedulable(_ pod: JSONValue, _ message: String, now: Timestamp) throws(Status) {
        var conditions = ConditionList(pod["status"])
        let isNews = conditions["PodScheduled"]?["message"]?.stringValue != message
        conditions.set("PodScheduled", false, "Unschedulable", message, now: now)
        var status = pod["status"] ?? .object([:])
        status["phase"] = status["phase"] ?? "Pending"
        status["conditions"] = .array(conditions.items)
        try writer.setStatus(.pods, pod, status)
        guard isNews else { return }
        try writer.event(.pods, pod, "Warning", "FailedScheduling", message, component: "default-scheduler")
    }
}
