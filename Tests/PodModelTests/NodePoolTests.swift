import KubeCore
import PodModel
import Testing

@Suite struct NodePoolTests {
    private static func node(
        _ name: String, gpus: Int64, labels: [String: String] = [:], spec: JSONValue = [:]
    ) -> NodeView {
        NodeView([
            "metadata": ["name": .string(name), "labels": JSONValue(labels)], "spec": spec,
            "status": [
                "allocatable": [
                    "cpu": "64", "memory": "512Gi", "nvidia.com/gpu": .string(String(gpus)), "pods": "110",
                ]
            ],
        ])
    }

    private static func pod(_ name: String, gpus: Int64, spec: JSONValue = [:]) -> PodView {
        let container: JSONValue = [
            "name": "engine", "image": "x",
            "resources": ["limits": ["nvidia.com/gpu": .string(String(gpus)), "cpu": "4", "memory": "32Gi"]],
        ]
        let spec = JSONValue.object(["containers": [container]]).applying(mergePatch: spec)
        return PodView(PodDriver.pod(name: name, spec: spec))
    }

    @Test func withoutNodes() {
        var pool = NodePool()
        let placement = pool.place(Self.pod("a", gpus: 1))
        #expect(placement == .unschedulable(message: "no nodes available to schedule pods"))
    }

    @Test func saysWhyNoNodeFitsInTheSchedulersWords() {
        var pool = NodePool()
        pool.update(Self.node("n1", gpus: 1, labels: ["gpu": "a100"]))
        pool.update(Self.node("n2", gpus: 8, labels: ["gpu": "t4"]))
        pool.update(
            Self.node(
                "n3", gpus: 8, labels: ["gpu": "a100"],
                spec: ["taints": [["key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"]]]))
        pool.update(Self.node("n4", gpus: 8, spec: ["unschedulable": true]))
        let pod = Self.pod("a", gpus: 2, spec: ["nodeSelector": ["gpu": "a100"]])
        let placement = pool.place(pod)
        #expect(
            placement
                == .unschedulable(
                    message: "0/4 nodes are available: 1 Insufficient nvidia.com/gpu, "
                        + "1 node(s) didn't match Pod's node affinity/selector, "
                        + "1 node(s) had untolerated taint {nvidia.com/gpu: present}, 1 node(s) were unschedulable. "
                        + "preemption: 0/4 nodes are available: 1 No preemption victims found for incoming pod, "
                        + "3 Preemption is not helpful for scheduling."))
    }

    @Test func spreadsAndReservesAndFrees() {
        var pool = NodePool()
        for name in ["n1", "n2"] { pool.update(Self.node(name, gpus: 2)) }
        let placed = (0..<5).map { pool.place(Self.pod("p\($0)", gpus: 1)) }
        #expect(placed.prefix(4) == [.node("n1"), .node("n2"), .node("n1"), .node("n2")])
        guard case .unschedulable = placed[4] else {
            Issue.record("a fifth GPU was found: \(placed[4])")
            return
        }
        let isFreed = pool.removePod(uid: "uid-p1")
        #expect(isFreed)
        let placement = pool.place(Self.pod("p4", gpus: 1))
        #expect(placement == .node("n2"))
        #expect(pool["n2"]?.podCount == 2)
    }

    @Test func boundPodsCountBeforeTheirNodeIsKnownAndEndedOnesDoNot() {
        var pool = NodePool()
        var bound = Self.pod("old", gpus: 2).json
        bound[path: "spec", "nodeName"] = "n1"
        pool.update(PodView(bound))
        pool.update(Self.node("n1", gpus: 2))
        guard case .unschedulable = pool.place(Self.pod("new", gpus: 1)) else {
            Issue.record("the bound pod's GPUs were given away")
            return
        }
        bound[path: "status", "phase"] = "Succeeded"
        let isFreed = pool.update(PodView(bound))
        #expect(isFreed)
        let placement = pool.place(Self.pod("new", gpus: 1))
        #expect(placement == .node("n1"))
    }

    @Test(
        arguments: [
            (["key": "gpu", "operator": "Exists"], true),
            (["key": "gpu", "value": "yes", "effect": "NoSchedule"], true),
            (["operator": "Exists"], true),
            (["key": "gpu", "value": "no"], false),
            (["key": "gpu", "operator": "Exists", "effect": "NoExecute"], false),
        ] as [(JSONValue, Bool)])
    func tolerations(toleration: JSONValue, fits: Bool) {
        var pool = NodePool()
        let taint: JSONValue = ["key": "gpu", "value": "yes", "effect": "NoSchedule"]
        pool.update(Self.node("n1", gpus: 1, spec: ["taints": [taint]]))
        let placement = pool.place(Self.pod("a", gpus: 1, spec: ["tolerations": [toleration]]))
        #expect((placement == .node("n1")) == fits)
    }

    @Test(arguments: [
        ("In", ["a", "b"], true), ("NotIn", ["a"], false), ("Exists", [], true), ("DoesNotExist", [], false),
        ("Gt", ["1"], false),
    ])
    func requiredNodeAffinity(operator: String, values: [String], fits: Bool) {
        var pool = NodePool()
        pool.update(Self.node("n1", gpus: 1, labels: ["zone": "a"]))
        let term: JSONValue = [
            "matchExpressions": [
                ["key": "zone", "operator": .string(`operator`), "values": JSONValue(values)]
            ]
        ]
        let affinity: JSONValue = [
            "nodeAffinity": ["requiredDuringSchedulingIgnoredDuringExecution": ["nodeSelectorTerms": [term]]]
        ]
        let placement = pool.place(Self.pod("a", gpus: 1, spec: ["affinity": affinity]))
        #expect((placement == .node("n1")) == fits)
    }
}
