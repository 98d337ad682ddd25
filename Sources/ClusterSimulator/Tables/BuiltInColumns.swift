import KubeCore

/// The columns of the built-in kinds that people look at.
enum BuiltInColumns {
    /// Nil for kinds that show their name and age only.
    static func columns(_ groupResource: String) -> [TableColumn]? { all[groupResource] }

    private static let all: [String: [TableColumn]] = [
        "pods": pods, "nodes": nodes, "services": services, "deployments.apps": deployments,
        "replicasets.apps": replicaSets, "events": events, "leases.coordination.k8s.io": leases,
        "horizontalpodautoscalers.autoscaling": autoscalers, "namespaces": namespaces,
        "poddisruptionbudgets.policy": budgets, "controllerrevisions.apps": revisions,
        "customresourcedefinitions.apiextensions.k8s.io": definitions,
    ]

    private static func text(_ name: String, priority: Int64 = 0, _ path: String...) -> TableColumn {
        TableColumn(name: name, priority: priority) { object, _ in
            let value = object[path: path]
            return value?.stringValue.map(JSONValue.string) ?? .string(value?.jsonText ?? "<none>")
        }
    }

    private static func number(_ name: String, _ path: String...) -> TableColumn {
        TableColumn(name: name, type: "integer") { object, _ in object[path: path] ?? 0 }
    }

    private static func fields(_ name: String, priority: Int64 = 0, _ cell: @escaping @Sendable (JSONValue) -> String)
        -> TableColumn
    {
        TableColumn(name: name, priority: priority) { object, _ in .string(cell(object)) }
    }

    private static let images: [TableColumn] = [
        fields("Containers", priority: 1) { PodColumns.list($0, "name") },
        fields("Images", priority: 1) { PodColumns.list($0, "image") },
        fields("Selector", priority: 1) { PodColumns.selector($0) },
    ]

    private static let pods: [TableColumn] = [
        .name, fields("Ready", PodColumns.ready), fields("Status", PodColumns.status),
        TableColumn(name: "Restarts") { pod, _ in .string(String(PodColumns.restarts(pod))) }, .age,
        text("IP", priority: 1, "status", "podIP"), text("Node", priority: 1, "spec", "nodeName"),
        text("Nominated Node", priority: 1, "status", "nominatedNodeName"),
        fields("Readiness Gates", priority: 1) { _ in "<none>" },
    ]

    private static let nodes: [TableColumn] = [
        .name, fields("Status", nodeStatus), fields("Roles") { _ in "<none>" }, .age,
        text("Version", "status", "nodeInfo", "kubeletVersion"),
    ]

    private static let services: [TableColumn] = [
        .name, text("Type", "spec", "type"), text("Cluster-IP", "spec", "clusterIP"),
        fields("External-IP") { _ in "<none>" }, fields("Port(s)", servicePorts), .age,
        fields("Selector", priority: 1) { PodColumns.pairs($0["spec"]?["selector"]) },
    ]

    private static let deployments: [TableColumn] =
        [
            .name,
            fields("Ready") { object in
                let ready = object["status"]?["readyReplicas"]?.intValue ?? 0
                return "\(ready)/\(object["spec"]?["replicas"]?.intValue ?? 0)"
            },
            number("Up-to-date", "status", "updatedReplicas"), number("Available", "status", "availableReplicas"),
            .age,
        ] + images

    private static let replicaSets: [TableColumn] =
        [
            .name, number("Desired", "spec", "replicas"), number("Current", "status", "replicas"),
            number("Ready", "status", "readyReplicas"), .age,
        ] + images

    private static let events: [TableColumn] = [
        TableColumn(name: "Last Seen") { event, now in
            let time = [event["lastTimestamp"], event["eventTime"], event["metadata"]?["creationTimestamp"]]
                .compactMap { $0?.stringValue }.first
            return .string(HumanDuration.age(of: time ?? "", now))
        },
        text("Type", "type"), text("Reason", "reason"),
        fields("Object") { event in
            let object = event["involvedObject"] ?? [:]
            return "\((object["kind"]?.stringValue ?? "").lowercased())/\(object["name"]?.stringValue ?? "")"
        },
        text("Message", "message"), text("Name", priority: 1, "metadata", "name"),
    ]

    private static let leases: [TableColumn] = [.name, text("Holder", "spec", "holderIdentity"), .age]

    private static let autoscalers: [TableColumn] = [
        .name,
        fields("Reference") { object in
            let target = object["spec"]?["scaleTargetRef"] ?? [:]
            return "\(target["kind"]?.stringValue ?? "")/\(target["name"]?.stringValue ?? "")"
        },
        fields("Targets") { object in object["spec"]?["metrics"]?.isBare ?? true ? "<none>" : "<unknown>" },
        text("MinPods", "spec", "minReplicas"), number("MaxPods", "spec", "maxReplicas"),
        number("Replicas", "status", "currentReplicas"), .age,
    ]

    private static let namespaces: [TableColumn] = [.name, text("Status", "status", "phase"), .age]

    private static let budgets: [TableColumn] = [
        .name,
        fields("Min Available") { $0["spec"]?["minAvailable"].map { $0.stringValue ?? $0.jsonText } ?? "N/A" },
        fields("Max Unavailable") { $0["spec"]?["maxUnavailable"].map { $0.stringValue ?? $0.jsonText } ?? "N/A" },
        number("Allowed Disruptions", "status", "disruptionsAllowed"), .age,
    ]

    private static let revisions: [TableColumn] = [
        .name,
        fields("Controller") { object in
            let owner = object["metadata"]?["ownerReferences"]?.arrayValue?.first { $0["controller"] == true }
            return owner.map { "\(($0["kind"]?.stringValue ?? "").lowercased())/\($0["name"]?.stringValue ?? "")" }
                ?? "<none>"
        },
        number("Revision", "revision"), .age,
    ]

    private static let definitions: [TableColumn] = [.name, text("Created At", "metadata", "creationTimestamp")]

    private static func nodeStatus(_ node: JSONValue) -> String {
        let ready = node["status"]?["conditions"]?.arrayValue?.first { $0["type"] == "Ready" }
        let text = ready?["status"] == "True" ? "Ready" : ready?["status"] == "False" ? "NotReady" : "Unknown"
        return node["spec"]?["unschedulable"] == true ? text + ",SchedulingDisabled" : text
    }

    private static func servicePorts(_ service: JSONValue) -> String {
        let ports = service["spec"]?["ports"]?.arrayValue ?? []
        let texts = ports.map { port in
            let node = port["nodePort"]?.intValue.map { ":\($0)" } ?? ""
            return "\(port["port"]?.intValue ?? 0)\(node)/\(port["protocol"]?.stringValue ?? "TCP")"
        }
        return texts.isEmpty ? "<none>" : texts.joined(separator: ",")
    }
}

/// What the table says of a pod.
enum PodColumns {
    static func ready(_ pod: JSONValue) -> String {
        let statuses = pod["status"]?["containerStatuses"]?.arrayValue ?? []
        let total = pod["spec"]?["containers"]?.arrayValue?.count ?? 0
        return "\(statuses.filter { $0["ready"] == true }.count)/\(total)"
    }

    static func restarts(_ pod: JSONValue) -> Int64 {
        (pod["status"]?["containerStatuses"]?.arrayValue ?? []).reduce(0) {
            $0 &+ ($1["restartCount"]?.intValue ?? 0)
        }
    }

    /// The phase, or the reason that says more.
    static func status(_ pod: JSONValue) -> String {
        if pod.isBeingDeleted { return "Terminating" }
        for status in pod["status"]?["containerStatuses"]?.arrayValue ?? [] {
            for state in ["waiting", "terminated"] {
                if let reason = status["state"]?[state]?["reason"]?.stringValue, !reason.isEmpty { return reason }
            }
        }
        return pod["status"]?["reason"]?.stringValue ?? pod["status"]?["phase"]?.stringValue ?? "Unknown"
    }

    /// A field of each container of a template.
    static func list(_ object: JSONValue, _ field: String) -> String {
        let containers = object["spec"]?["template"]?["spec"]?["containers"]?.arrayValue ?? []
        return containers.compactMap { $0[field]?.stringValue }.joined(separator: ",")
    }

    static func selector(_ object: JSONValue) -> String {
        let selector = try? object["spec"]?["selector"]?.decoded(as: LabelSelector.self)
        return selector?.queryText ?? "<none>"
    }

    static func pairs(_ value: JSONValue?) -> String {
        let pairs = (value?.objectValue ?? [:]).sorted { $0.key < $1.key }
        return pairs.isEmpty ? "<none>" : pairs.map { "\($0.key)=\($0.value.stringValue ?? "")" }.joined(separator: ",")
    }
}
