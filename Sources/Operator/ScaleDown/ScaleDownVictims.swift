internal import KubeCore

/// Which pods should go when a revision loses replicas: those with the fewest requests in flight.
///
/// A ReplicaSet deletes pods that are not ready first, and among ready ones those of the lowest
/// `controller.kubernetes.io/pod-deletion-cost`. So the victims get a negative cost, the emptiest the lowest, and every
/// other pod keeps the default of 0. It is best effort by that API's own words:
/// https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#pod-deletion-cost
struct ScaleDownVictims: Equatable {
    /// One pod that is not on its way out.
    struct Candidate: Equatable {
        /// What its annotations say of its cost.
        enum Mark: Equatable {
            case none
            case ours(String)
            /// Set by somebody else.
            case foreign
        }

        var name: String
        var isReady: Bool
        /// Nil where the engine does not tell.
        var inFlight: Int?
        var mark = Mark.none
        var createdAt: Timestamp?
    }

    /// The costs to write, by pod.
    private(set) var costs: [String: Int] = [:]
    /// Pods whose cost of an earlier choice is to be taken away.
    private(set) var pardoned: [String] = []

    /// - Parameters:
    ///   - candidates: all pods of the revision.
    ///   - count: how many will go.
    init(_ candidates: [Candidate], dropping count: Int) {
        let chosen = Self.choice(candidates, dropping: count)
        for candidate in candidates {
            guard case .ours(let cost) = candidate.mark else {
                costs[candidate.name] = chosen[candidate.name]
                continue
            }
            guard let wanted = chosen[candidate.name] else {
                pardoned.append(candidate.name)
                continue
            }
            if cost != String(wanted) { costs[candidate.name] = wanted }
        }
        pardoned.sort()
    }

    /// Nothing is chosen where a choice would change nothing: when the loads are equal or unknown, when pods that are not
    /// ready are enough, and when all go. Costs that somebody else set are somebody else's choice.
    private static func choice(_ candidates: [Candidate], dropping count: Int) -> [String: Int] {
        let ready = candidates.filter(\.isReady)
        let wanted = count - (candidates.count - ready.count)
        guard wanted > 0, wanted < ready.count, !candidates.contains(where: { $0.mark == .foreign }),
            Set(ready.map(\.inFlight)).count > 1
        else { return [:] }
        let victims = ready.sorted(by: goesFirst).prefix(wanted)
        return Dictionary(
            victims.enumerated().map { ($1.name, $0 - wanted) }, uniquingKeysWith: { first, _ in first })
    }

    /// The emptiest first, a load that is unknown last; of equals the youngest, as a ReplicaSet has it.
    private static func goesFirst(_ left: Candidate, _ right: Candidate) -> Bool {
        let loads = (left.inFlight ?? .max, right.inFlight ?? .max)
        if loads.0 != loads.1 { return loads.0 < loads.1 }
        if let first = left.createdAt, let second = right.createdAt, first != second { return first > second }
        return left.name < right.name
    }
}

extension ScaleDownVictims.Candidate {
    static let costAnnotation = "controller.kubernetes.io/pod-deletion-cost"
    /// Says that the cost is the operator's.
    static let markAnnotation = "serving.deepseek.io/scale-down-victim"

    init(_ pod: Pod, inFlight: Int? = nil) {
        let annotations = pod.metadata.annotations ?? [:]
        let cost = annotations[Self.costAnnotation]
        let isOurs = annotations[Self.markAnnotation] != nil
        self.init(
            name: pod.metadata.name, isReady: pod.isReady, inFlight: inFlight,
            mark: isOurs ? .ours(cost ?? "") : cost == nil ? .none : .foreign,
            createdAt: pod.metadata.creationTimestamp)
    }
}
