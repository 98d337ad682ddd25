import KubeCore
import PodModel

/// Keeps the status of PodDisruptionBudgets.
final class DisruptionController: SimulatedController {
    private let mirrors: Mirrors
    private let writer: ObjectWriter
    private var selectors = SelectorIndex()

    init(_ mirrors: Mirrors, _ writer: ObjectWriter) {
        self.mirrors = mirrors
        self.writer = writer
    }

    let watches: [ResourceType] = [.podDisruptionBudgets, .pods]

    func keys(for change: ObjectChange) -> [NamespacedName] {
        if change.type == .podDisruptionBudgets {
            selectors.set(change.name, selector: change.new.map(Self.labels))
            return [change.name]
        }
        let states = [change.old, change.new].compactMap { $0 }
        if states.count == 2, Self.face(states[0]) == Self.face(states[1]) { return [] }
        return Set(states.flatMap { selectors.matching($0.metaLabels, namespace: change.name.namespace) }).sorted()
    }

    private static func face(_ pod: JSONValue) -> [JSONValue?] {
        let view = PodView(pod)
        return [
            pod[path: "metadata", "labels"], .bool(view.isReady), .bool(pod.metaIsDeleting), .bool(view.isTerminal),
        ]
    }

    private static func labels(_ budget: JSONValue) -> [String: String] {
        (budget[path: "spec", "selector", "matchLabels"]?.objectValue ?? [:]).compactMapValues(\.stringValue)
    }

    func reconcile(_ key: NamespacedName, now: Timestamp) throws(Status) -> Timestamp? {
        guard let budget = mirrors[.podDisruptionBudgets][key], !budget.metaIsDeleting else { return nil }
        let pods = mirrors[.pods].matching(Self.labels(budget), namespace: key.namespace)
            .filter { !PodView($0).isTerminal }
        let healthy = Int64(pods.filter { PodView($0).isReady && !$0.metaIsDeleting }.count)
        let expected = expectedPods(pods, key.namespace, budget)
        let desired = Self.desiredHealthy(budget, expected)
        let allowed = max(0, healthy - desired)
        let isAllowed = allowed > 0 && expected > 0
        var conditions = ConditionList(budget["status"])
        conditions.set(
            "DisruptionAllowed", isAllowed, isAllowed ? "SufficientPods" : "InsufficientPods", "", now: now,
            observedGeneration: budget.metaGeneration)
        let status: JSONValue = [
            "expectedPods": .int(expected), "currentHealthy": .int(healthy), "desiredHealthy": .int(desired),
            "disruptionsAllowed": .int(isAllowed ? allowed : 0), "observedGeneration": .int(budget.metaGeneration),
            "conditions": .array(conditions.items),
        ]
        try writer.setStatus(.podDisruptionBudgets, budget, status)
        return nil
    }

    /// With a percentage or maxUnavailable, what the pods' controllers want counts, not what runs.
    private func expectedPods(_ pods: [JSONValue], _ namespace: String, _ budget: JSONValue) -> Int64 {
        if budget[path: "spec", "minAvailable"]?.intValue != nil { return Int64(pods.count) }
        let owners = Set(pods.compactMap { $0.metaController?["name"]?.stringValue })
        return owners.reduce(0) { sum, owner in
            let set = mirrors[.replicaSets][NamespacedName(namespace: namespace, name: owner)]
            return sum + (set?.replicas ?? 0)
        }
    }

    private static func desiredHealthy(_ budget: JSONValue, _ expected: Int64) -> Int64 {
        if let value = budget[path: "spec", "minAvailable"] { return amount(value, expected) }
        guard let value = budget[path: "spec", "maxUnavailable"] else { return expected }
        return max(0, expected - amount(value, expected))
    }

    /// A count, or a percentage rounded up.
    private static func amount(_ value: JSONValue, _ total: Int64) -> Int64 {
        if let count = value.intValue { return max(0, count) }
        guard let text = value.stringValue, text.hasSuffix("%"), let percent = Int64(text.dropLast()),
            (0...100).contains(percent)
        else { return 0 }
        return (total * percent + 99) / 100
    }
}
