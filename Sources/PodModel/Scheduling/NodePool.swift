import KubeCore

/// The nodes of a cluster with what is reserved on each: kube-scheduler's cache and its filter and score steps.
///
/// As kube-scheduler does, scoring stops at a hundred nodes that fit, and the next pod starts where this one ended, so
/// that a pod costs about the same in a cluster of a thousand nodes.
public struct NodePool: Sendable {
    public enum Placement: Sendable, Hashable {
        case node(String)
        /// No node fits; the message is the one of the pod's PodScheduled condition.
        case unschedulable(message: String)
    }

    private struct Reservation {
        var node: String
        var amounts: ResourceAmounts
    }

    private var nodes: [String: NodeState] = [:]
    private var order: [String] = []
    private var nextIndex = 0
    /// By pod uid. Kept for pods whose node is not known yet, too: nodes and pods arrive in any order.
    private var reservations: [String: Reservation] = [:]
    private var podsByNode: [String: Set<String>] = [:]
    private static let enoughNodes = 100

    public init() {}

    public var count: Int { nodes.count }
    public subscript(name: String) -> NodeState? { nodes[name] }

    /// Adds a node or takes over its new form.
    public mutating func update(_ view: NodeView) {
        var state = NodeState(view)
        if let known = nodes[state.name] {
            state.reserved = known.reserved
            state.podCount = known.podCount
        } else {
            let index = order.firstIndex { $0 > state.name } ?? order.endIndex
            order.insert(state.name, at: index)
            for uid in podsByNode[state.name] ?? [] {
                guard let reservation = reservations[uid] else { continue }
                state.reserved += reservation.amounts
                state.podCount += 1
            }
        }
        nodes[state.name] = state
    }

    public mutating func removeNode(_ name: String) {
        guard nodes.removeValue(forKey: name) != nil else { return }
        order.removeAll { $0 == name }
    }

    /// Takes note of a pod: reserves its resources while it is bound and has not ended, frees them after.
    /// Returns whether resources became free, so that waiting pods are worth another look.
    @discardableResult
    public mutating func update(_ pod: PodView) -> Bool {
        guard let node = pod.nodeName, !pod.isTerminal else { return removePod(uid: pod.uid) }
        if let known = reservations[pod.uid], known.node == node { return false }
        let freed = removePod(uid: pod.uid)
        reserve(pod.requests, on: node, uid: pod.uid)
        return freed
    }

    /// Frees what a pod had reserved; false when that was nothing.
    @discardableResult
    public mutating func removePod(uid: String) -> Bool {
        guard let old = reservations.removeValue(forKey: uid) else { return false }
        podsByNode[old.node]?.remove(uid)
        nodes[old.node]?.reserved -= old.amounts
        nodes[old.node]?.podCount -= 1
        return true
    }

    /// Chooses a node for a pod and reserves its resources there.
    public mutating func place(_ pod: PodView) -> Placement {
        guard !order.isEmpty else { return .unschedulable(message: "no nodes available to schedule pods") }
        let request = SchedulingRequest(pod)
        var reasons: [String: Int] = [:]
        var full = 0
        var best: (node: String, share: Double, pods: Int64)?
        var found = 0
        let start = order.count > Self.enoughNodes ? nextIndex % order.count : 0
        for step in order.indices {
            let name = order[(start + step) % order.count]
            guard let node = nodes[name] else { continue }
            let against = node.reasonsAgainst(request)
            guard against.reasons.isEmpty else {
                for reason in against.reasons { reasons[reason, default: 0] += 1 }
                full += against.isMatterOfSpace ? 1 : 0
                continue
            }
            let candidate = (name, node.allocatedShare(with: request), node.podCount)
            if best.map({ (candidate.1, candidate.2) < ($0.share, $0.pods) }) ?? true { best = candidate }
            found += 1
            if found >= Self.enoughNodes {
                nextIndex = (start + step + 1) % order.count
                break
            }
        }
        guard let best else { return .unschedulable(message: message(reasons, full: full)) }
        reserve(request.requests, on: best.node, uid: pod.uid)
        return .node(best.node)
    }

    private mutating func reserve(_ amounts: ResourceAmounts, on node: String, uid: String) {
        reservations[uid] = Reservation(node: node, amounts: amounts)
        podsByNode[node, default: []].insert(uid)
        nodes[node]?.reserved += amounts
        nodes[node]?.podCount += 1
    }

    /// kube-scheduler's FitError, with what preemption says where it finds nobody to evict. `full` nodes lack space,
    /// the others would not take the pod if they were empty.
    private func message(_ reasons: [String: Int], full: Int) -> String {
        let histogram = reasons.map { "\($0.value) \($0.key)" }.sorted().joined(separator: ", ")
        let preemption = [
            (full, "No preemption victims found for incoming pod"),
            (order.count - full, "Preemption is not helpful for scheduling"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.sorted().joined(separator: ", ")
        let available = "0/\(order.count) nodes are available"
        return "\(available): \(histogram). preemption: \(available): \(preemption)."
    }
}
