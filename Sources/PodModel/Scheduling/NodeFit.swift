import KubeCore

/// A node with what the pods on it have reserved.
public struct NodeState: Sendable {
    public let name: String
    public let view: NodeView
    let isUnschedulable: Bool
    let podLimit: Int64
    let labels: [String: String]
    let taints: [Taint]
    let allocatable: ResourceAmounts
    public internal(set) var reserved = ResourceAmounts()
    public internal(set) var podCount: Int64 = 0

    public init(_ view: NodeView) {
        self.view = view
        name = view.name
        labels = view.labels
        taints = view.taints.filter { $0.effect == "NoSchedule" || $0.effect == "NoExecute" }
        isUnschedulable = view.isUnschedulable
        allocatable = view.allocatable
        podLimit = allocatable.nanos["pods"] == nil ? Self.usualPodLimit : allocatable.units(of: "pods")
    }

    /// Why a pod cannot run here, in kube-scheduler's words and its plugins' order; empty when it can.
    /// `isMatterOfSpace`: an emptier node of this kind would do.
    func reasonsAgainst(_ pod: SchedulingRequest) -> (reasons: [String], isMatterOfSpace: Bool) {
        if isUnschedulable, !pod.tolerates(Self.unschedulableTaint) { return (["node(s) were unschedulable"], false) }
        if let taint = taints.first(where: { !pod.tolerates($0) }) {
            return (["node(s) had untolerated taint {\(taint.key): \(taint.value)}"], false)
        }
        if !pod.selects(nodeNamed: name, labels: labels) {
            return (["node(s) didn't match Pod's node affinity/selector"], false)
        }
        var reasons: [String] = []
        if podCount >= podLimit { reasons.append("Too many pods") }
        for (resource, amount) in pod.requests.nanos.sorted(by: { $0.key < $1.key }) where amount > 0 {
            if amount > allocatable[resource] - reserved[resource] { reasons.append("Insufficient \(resource)") }
        }
        return (reasons, !reasons.isEmpty)
    }

    /// The share of CPU and memory in use with this pod, 0 to 1: the NodeResourcesFit plugin's LeastAllocated.
    func allocatedShare(with pod: SchedulingRequest) -> Double {
        let shares = ["cpu", "memory"].compactMap { name -> Double? in
            guard allocatable[name] > 0 else { return nil }
            return Double(reserved[name] + pod.requests[name]) / Double(allocatable[name])
        }
        return shares.isEmpty ? 0 : shares.reduce(0, +) / Double(shares.count)
    }

    /// What a kubelet takes without configuration.
    private static let usualPodLimit: Int64 = 110
    private static let unschedulableTaint = Taint([
        "key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule",
    ])
}

/// What a pod asks of a node, read once before it is compared with many.
struct SchedulingRequest {
    let requests: ResourceAmounts
    private let tolerations: [JSONValue]
    private let nodeSelector: [String: String]
    private let nodeAffinityTerms: [JSONValue]?

    init(_ pod: PodView) {
        requests = pod.requests
        tolerations = pod.spec?["tolerations"]?.arrayValue ?? []
        nodeSelector = (pod.spec?["nodeSelector"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        nodeAffinityTerms =
            pod.spec?[
                path: "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"
            ]?.arrayValue
    }

    func tolerates(_ taint: Taint) -> Bool { tolerations.contains { taint.isTolerated(by: $0) } }

    func selects(nodeNamed name: String, labels: [String: String]) -> Bool {
        guard nodeSelector.allSatisfy({ labels[$0.key] == $0.value }) else { return false }
        guard let nodeAffinityTerms else { return true }
        return nodeAffinityTerms.contains { term in
            let expressions = term["matchExpressions"]?.arrayValue ?? []
            let fields = term["matchFields"]?.arrayValue ?? []
            guard !(expressions.isEmpty && fields.isEmpty) else { return false }  // An empty term selects nothing.
            return expressions.allSatisfy { Self.matches($0, labels) }
                && fields.allSatisfy { Self.matches($0, ["metadata.name": name]) }
        }
    }

    /// A NodeSelectorRequirement: LabelSelector's operators, and Gt and Lt over integers.
    private static func matches(_ requirement: JSONValue, _ labels: [String: String]) -> Bool {
        let value = requirement["key"]?.stringValue.flatMap { labels[$0] }
        let values = (requirement["values"]?.arrayValue ?? []).compactMap(\.stringValue)
        switch requirement["operator"]?.stringValue {
        case "In": return value.map(values.contains) ?? false
        case "NotIn": return value.map { !values.contains($0) } ?? true
        case "Exists": return value != nil
        case "DoesNotExist": return value == nil
        case "Gt": return compare(value, values, >)
        case "Lt": return compare(value, values, <)
        default: return false
        }
    }

    private static func compare(_ value: String?, _ values: [String], _ holds: (Int64, Int64) -> Bool) -> Bool {
        guard let left = value.flatMap({ Int64($0) }), let right = values.first.flatMap({ Int64($0) }) else {
            return false
        }
        return holds(left, right)
    }
}
