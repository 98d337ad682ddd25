import DeepSeekAPI
import KubeCore
import Testing

@testable import Operator

@Suite struct CapacityTests {
    /// Two GPUs, 4 CPUs and 32Gi; a limit of 64Gi.
    static let template: JSONValue = [
        "spec": [
            "containers": [
                [
                    "name": "engine",
                    "resources": [
                        "requests": ["cpu": "4", "memory": "32Gi"],
                        "limits": ["memory": "64Gi", "nvidia.com/gpu": "2"],
                    ],
                ]
            ],
            "initContainers": [["name": "fetch", "resources": ["requests": ["cpu": "6"]]]],
            "nodeSelector": ["gpu": "a100"],
            "tolerations": [["key": "nvidia.com/gpu", "operator": "Exists"]],
            "priorityClassName": "critical",
        ]
    ]
    static let pod = PodRequirements(template: template)

    static func quota(
        _ hard: [String: Quantity], used: [String: Quantity]? = [:], scopes: [String]? = nil,
        selector: ResourceQuota.ScopeSelector.Requirement? = nil, name: String = "q"
    ) -> ResourceQuota {
        ResourceQuota(
            metadata: ObjectMeta(name: name, namespace: "default"),
            spec: .init(
                hard: hard, scopes: scopes,
                scopeSelector: selector.map { ResourceQuota.ScopeSelector(matchExpressions: [$0]) }),
            status: used.map { .init(hard: hard, used: $0) })
    }

    @Test(arguments: [
        // line, limit, used: two pods are there.
        ("requests.nvidia.com/gpu", "8", "4", 4), ("requests.nvidia.com/gpu", "9", "4", 4),
        ("requests.nvidia.com/gpu", "3", "4", 2), ("pods", "5", "3", 4), ("count/pods", "2", "2", 2),
        // The init container asks more CPU than the engine, the limit stands for no request where there is one.
        ("requests.cpu", "30", "12", 5), ("cpu", "30", "12", 5), ("requests.memory", "128Gi", "64Gi", 4),
        ("limits.memory", "256Gi", "128Gi", 4), ("memory", "96Gi", "64Gi", 3),
        // Not about such pods.
        ("services", "1", "1", nil), ("requests.amd.com/gpu", "0", "0", nil), ("limits.cpu", "1", "1", nil),
        ("nvidia.com/gpu", "0", "0", nil),
    ])
    func aLineOfAQuota(line: String, limit: String, used: String, replicas: Int32?) throws {
        let quota = Self.quota([line: try #require(Quantity(limit))], used: [line: try #require(Quantity(used))])
        #expect(QuotaRoom(quotas: [quota], pod: Self.pod, existing: 2).room.replicas == replicas)
    }

    @Test func theTightestQuotaCountsAndIsNamed() {
        let quotas = [
            Self.quota(["pods": Quantity("9")!], name: "wide"),
            Self.quota(
                ["requests.nvidia.com/gpu": Quantity("8")!], used: ["requests.nvidia.com/gpu": Quantity("6")!],
                name: "team"),
        ]
        let room = QuotaRoom(quotas: quotas, pod: Self.pod, existing: 3).room
        #expect(
            room
                == .bounded(
                    replicas: 4,
                    reason: "ResourceQuota team: 6 of 8 requests.nvidia.com/gpu used, a replica needs 2"))
    }

    /// Before its controller has seen a quota, what is known of our own pods is what is used.
    @Test func aQuotaWithoutAStatusCounts() {
        let quota = Self.quota(["requests.nvidia.com/gpu": Quantity("6")!], used: nil)
        #expect(QuotaRoom(quotas: [quota], pod: Self.pod, existing: 2).room.replicas == 3)
    }

    @Test(
        arguments: [
            (["NotTerminating"], nil, true), (["Terminating"], nil, false), (["BestEffort"], nil, false),
            (["NotBestEffort"], nil, true), (["CrossNamespacePodAffinity"], nil, false),
            (nil, ["In", "critical"], true), (nil, ["In", "other"], false), (nil, ["NotIn", "critical"], false),
            (nil, ["Exists"], true), (nil, ["DoesNotExist"], false),
        ] as [([String]?, [String]?, Bool)])
    func scopes(scopes: [String]?, priority: [String]?, isMatched: Bool) {
        let selector = priority.map {
            ResourceQuota.ScopeSelector.Requirement(
                scopeName: "PriorityClass", operator: $0[0], values: Array($0.dropFirst()))
        }
        let quota = Self.quota(["pods": Quantity("0")!], scopes: scopes, selector: selector)
        #expect((QuotaRoom(quotas: [quota], pod: Self.pod, existing: 0).room.replicas == 0) == isMatched)
    }

    // MARK: - Nodes

    static func node(
        gpus: String = "8", labels: [String: String] = ["gpu": "a100"], taints: [Node.Taint] = [],
        unschedulable: Bool = false, ready: Condition.Status = .true
    ) -> Node {
        var metadata = ObjectMeta(name: "n")
        metadata.labels = labels
        return Node(
            metadata: metadata, spec: .init(unschedulable: unschedulable, taints: taints),
            status: .init(
                allocatable: ["nvidia.com/gpu": Quantity(gpus)!],
                conditions: [Condition(type: "Ready", status: ready, reason: "", message: "")]))
    }

    @Test func nodesThatSuit() {
        func fits(_ node: Node, taken: Int128 = 0) -> Int? {
            Self.pod.fits(node, resource: "nvidia.com/gpu", taken: taken * 1_000_000_000)
        }
        #expect(fits(Self.node()) == 4)
        #expect(fits(Self.node(), taken: 3) == 2)
        #expect(fits(Self.node(gpus: "1"), taken: 9) == 0)
        #expect(fits(Self.node(labels: [:])) == nil)
        #expect(fits(Self.node(unschedulable: true)) == nil)
        #expect(fits(Self.node(ready: .unknown)) == nil)
        #expect(fits(Self.node(taints: [.init(key: "nvidia.com/gpu", value: "x", effect: "NoSchedule")])) == 4)
        #expect(fits(Self.node(taints: [.init(key: "other", effect: "NoSchedule")])) == nil)
        #expect(fits(Self.node(taints: [.init(key: "other", effect: "PreferNoSchedule")])) == 4)
    }

    // MARK: - What is made of it

    @Test(arguments: CapacitySpec.Policy.allCases)
    func thePolicySaysWhatIsDone(policy: CapacitySpec.Policy) {
        let three = Room.bounded(replicas: 3, reason: "why")
        let finding = CapacityFinding(CapacitySpec(quota: policy, nodes: policy), quota: three, nodes: three)
        #expect(finding.bound == (policy == .enforce ? 3 : nil))
        #expect(finding.condition(wished: 4)?.reason == (policy == .ignore ? nil : "QuotaTooSmall"))
        #expect(finding.condition(wished: 3) == nil)
        let nodes = CapacityFinding(CapacitySpec(quota: policy, nodes: policy), quota: .unbounded, nodes: three)
        #expect(nodes.condition(wished: 4)?.reason == (policy == .ignore ? nil : "NodesTooFew"))
    }

    @Test func whatIsNotKnownHoldsNothingBack() {
        let finding = CapacityFinding(
            CapacitySpec(quota: .enforce, nodes: .enforce), quota: .unknown("no right"), nodes: .unbounded)
        #expect(finding.bound == nil)
        #expect(finding.condition(wished: 100)?.status == .unknown)
        #expect(finding.condition(wished: 100)?.reason == "CapacityUnknown")
    }
}
