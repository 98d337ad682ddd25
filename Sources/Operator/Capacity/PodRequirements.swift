internal import KubeCore

/// What one pod of a template asks of a namespace's quota and of a node.
struct PodRequirements: Hashable {
    /// By resource, in billionths.
    private var requests: [String: Int128] = [:]
    private var limits: [String: Int128] = [:]
    private let nodeSelector: [String: String]
    private let tolerations: [JSONValue]
    private let priorityClassName: String?

    /// - Parameter template: a PodTemplateSpec.
    init(template: JSONValue) {
        let spec = template["spec"] ?? .null
        nodeSelector = (spec["nodeSelector"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        tolerations = spec["tolerations"]?.arrayValue ?? []
        priorityClassName = spec["priorityClassName"]?.stringValue
        requests = Self.effective(spec, Self.requests)
        limits = Self.effective(spec) { Self.amounts($0, "limits") }
    }

    /// Containers add up; init containers run one by one before them.
    private static func effective(_ spec: JSONValue, _ read: (JSONValue) -> [String: Int128]) -> [String: Int128] {
        let containers = spec["containers"]?.arrayValue ?? []
        let sum = containers.reduce(into: [:]) { $0.merge(read($1), uniquingKeysWith: +) }
        return (spec["initContainers"]?.arrayValue ?? []).reduce(into: sum) {
            $0.merge(read($1), uniquingKeysWith: Swift.max)
        }
    }

    /// The API server takes a limit for the request where there is none.
    private static func requests(_ container: JSONValue) -> [String: Int128] {
        amounts(container, "limits").merging(amounts(container, "requests")) { $1 }
    }

    private static func amounts(_ container: JSONValue, _ section: String) -> [String: Int128] {
        (container[path: "resources", section]?.objectValue ?? [:]).compactMapValues { value in
            (value.stringValue ?? value.intValue.map { String($0) }).flatMap { Quantity($0) }?.nanos
        }
    }

    // MARK: - Quota

    /// What a pod counts for in one line of a quota, in billionths; 0 for a line that is not about pods.
    func charge(_ line: String) -> Int128 {
        if line == "pods" || line == "count/pods" { return 1_000_000_000 }
        if line.hasPrefix("limits.") { return limits[String(line.dropFirst(7))] ?? 0 }
        if line.hasPrefix("requests.") { return requests[String(line.dropFirst(9))] ?? 0 }
        return ["cpu", "memory", "ephemeral-storage"].contains(line) ? requests[line] ?? 0 : 0
    }

    /// Whether a quota counts such a pod: every scope of it must fit. The pods have resources and no deadline.
    func matches(_ spec: ResourceQuota.Spec?) -> Bool {
        let scopes = (spec?.scopes ?? []).map {
            ResourceQuota.ScopeSelector.Requirement(scopeName: $0, operator: "Exists")
        }
        return (scopes + (spec?.scopeSelector?.matchExpressions ?? [])).allSatisfy(matches)
    }

    private func matches(_ requirement: ResourceQuota.ScopeSelector.Requirement) -> Bool {
        let isBestEffort = requests.isEmpty && limits.isEmpty
        switch requirement.scopeName {
        case "NotTerminating": return true
        case "BestEffort": return isBestEffort
        case "NotBestEffort": return !isBestEffort
        case "PriorityClass":
            let key = "PriorityClass"
            let values = requirement.values
            guard let match = LabelSelector.Requirement.Operator(rawValue: requirement.operator) else { return false }
            return LabelSelector.Requirement(key: key, operator: match, values: values)
                .matches(priorityClassName.map { [key: $0] } ?? [:])
        // Terminating and CrossNamespacePodAffinity are about pods of another kind.
        default: return false
        }
    }

    // MARK: - Nodes

    /// How many such pods a node can hold, of what it has left; nil where it is not for such pods. By GPUs and other named
    /// resources alone: what else runs on the node is not known.
    func fits(_ node: Node, resource: String, taken: Int128) -> Int? {
        let isReady = node.status?.conditions?[type: "Ready"]?.status == .true
        guard isReady, node.spec?.unschedulable != true, let need = requests[resource], need > 0 else { return nil }
        let labels = node.metadata.labels ?? [:]
        guard nodeSelector.allSatisfy({ labels[$0.key] == $0.value }) else { return nil }
        let isTolerated = (node.spec?.taints ?? []).allSatisfy { taint in
            taint.effect == "PreferNoSchedule" || tolerations.contains { Self.tolerates($0, taint) }
        }
        guard isTolerated else { return nil }
        let free = max(0, (node.status?.allocatable?[resource]?.nanos ?? 0) - taken)
        return Int(clamping: free / need)
    }

    /// What such a pod takes of a resource, in billionths.
    func request(_ resource: String) -> Int128 { requests[resource] ?? 0 }

    private static func tolerates(_ toleration: JSONValue, _ taint: Node.Taint) -> Bool {
        let effect = toleration["effect"]?.stringValue ?? ""
        guard effect.isEmpty || effect == taint.effect else { return false }
        let key = toleration["key"]?.stringValue ?? ""
        let isExists = toleration["operator"]?.stringValue == "Exists"
        if key.isEmpty { return isExists }
        return key == taint.key && (isExists || (toleration["value"]?.stringValue ?? "") == (taint.value ?? ""))
    }
}
