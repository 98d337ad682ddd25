internal import DeepSeekAPI
internal import KubeCore

/// For how many replicas there is room, as far as is known.
enum Room: Hashable {
    case unbounded
    /// At most so many, and why.
    case bounded(replicas: Int32, reason: String)
    /// It could not be looked at, and why.
    case unknown(String)

    var replicas: Int32? { if case .bounded(let replicas, _) = self { replicas } else { nil } }
}

/// What quota and nodes have room for, and what `spec.capacity` makes of it.
struct CapacityFinding: Hashable {
    /// `.unbounded` where the spec says not to look.
    var quota: Room
    var nodes: Room
    private let policy: CapacitySpec

    init(_ policy: CapacitySpec, quota: Room, nodes: Room) {
        self.policy = policy
        self.quota = policy.resolvedQuota == .ignore ? .unbounded : quota
        self.nodes = policy.resolvedNodes == .ignore ? .unbounded : nodes
    }

    /// What is enforced; nil where nothing is, or nothing is known.
    var bound: Int32? {
        [
            policy.resolvedQuota == .enforce ? quota.replicas : nil,
            policy.resolvedNodes == .enforce ? nodes.replicas : nil,
        ].compactMap(\.self).min()
    }

    /// CapacityAvailable, where it is not simply True: too little for `wished` replicas, or not known.
    func condition(wished: Int32) -> Condition? {
        for (room, reason) in [(room: quota, reason: "QuotaTooSmall"), (room: nodes, reason: "NodesTooFew")] {
            guard case .bounded(let replicas, let why) = room, wished > replicas else { continue }
            return Condition(
                type: ConditionType.capacityAvailable, status: .false, reason: reason,
                message: "\(wished) replicas are wished for, and there is room for \(replicas): \(why)")
        }
        for case .unknown(let why) in [quota, nodes] {
            return Condition(
                type: ConditionType.capacityAvailable, status: .unknown, reason: "CapacityUnknown", message: why)
        }
        return nil
    }
}
