import ClusterSimulator
import KubeCore
import PodModel
import Testing

@Suite struct ReplicaSetControllerTests {
    @Test func theCheapestPodGoesFirst() async throws {
        let cluster = try VirtualCluster()
        try cluster.createDeployment(replicas: 3)
        try await cluster.run(seconds: 30)
        let chosen = try #require(try cluster.podViews().sorted { $0.name < $1.name }.dropFirst().first)
        try cluster.change(
            VirtualCluster.pods, chosen.name,
            ["metadata": ["annotations": ["controller.kubernetes.io/pod-deletion-cost": "-5"]]])
        try cluster.scale("r1", to: 2)
        try await cluster.run(seconds: 60)
        let names = try cluster.podViews().map(\.name)
        #expect(names.count == 2)
        #expect(!names.contains(chosen.name))
    }

    @Test func unreadyPodsGoBeforeReadyOnes() async throws {
        let cluster = try VirtualCluster(nodes: 1, gpusPerNode: 2)
        try cluster.createDeployment(replicas: 3)
        try await cluster.run(seconds: 30)
        try cluster.scale("r1", to: 2)
        try await cluster.run(seconds: 1)
        #expect(try cluster.podViews().map(\.isReady) == [true, true])
    }

    @Test func aReplicaSetWorksWithoutADeployment() async throws {
        let cluster = try VirtualCluster()
        try cluster.create(
            VirtualCluster.replicaSets,
            [
                "metadata": ["name": "lone"],
                "spec": [
                    "replicas": 1, "selector": ["matchLabels": ["app": "lone"]],
                    "template": [
                        "metadata": ["labels": ["app": "lone"]],
                        "spec": ["containers": [["name": "a", "image": "x"]]],
                    ],
                ],
            ])
        try await cluster.run(seconds: 10)
        let set = try cluster.get(VirtualCluster.replicaSets, "lone")
        #expect(set[path: "status", "readyReplicas"] == 1)
        #expect(set[path: "status", "observedGeneration"] == set[path: "metadata", "generation"])
    }

    /// Each refusal names another pod; writing that down would call for the next attempt at once, for ever.
    @Test func aPodThatQuotaRefusesIsTriedAgainWithBackoff() async throws {
        let cluster = try VirtualCluster()
        let quotas = ResourceType(group: "", version: "v1", kind: "ResourceQuota", plural: "resourcequotas")
        let events = ResourceType(group: "", version: "v1", kind: "Event", plural: "events")
        try cluster.create(
            quotas,
            ["apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "q"], "spec": ["hard": ["pods": "1"]]])
        try cluster.create(
            VirtualCluster.replicaSets,
            [
                "metadata": ["name": "lone"],
                "spec": [
                    "replicas": 2, "selector": ["matchLabels": ["app": "lone"]],
                    "template": [
                        "metadata": ["labels": ["app": "lone"]],
                        "spec": ["containers": [["name": "a", "image": "x"]]],
                    ],
                ],
            ])
        try await cluster.run(seconds: 600)
        let refusals = try cluster.list(events).filter { $0["reason"] == "FailedCreate" }
        // From 5 ms, doubled up to 300 s: 17 attempts in 600 s.
        #expect(refusals.count == 17)
        #expect(try cluster.list(VirtualCluster.pods).count == 1)
        try await cluster.run(seconds: 7200)
        let old = try cluster.list(events).count
        #expect(old <= 13, "events go after an hour, of \(old) there should be one every 300 s")
    }

    @Test func minReadySecondsDelayAvailability() async throws {
        let cluster = try VirtualCluster()
        try cluster.createDeployment(replicas: 1, spec: ["minReadySeconds": 60])
        try await cluster.run(seconds: 30)
        #expect(try cluster.ready() == 1)
        #expect(try cluster.status()["availableReplicas"] == nil)
        try await cluster.run(seconds: 60)
        #expect(try cluster.status()["availableReplicas"] == 1)
    }

    @Test func outOfMemoryRestartsInPlace() async throws {
        let cluster = try VirtualCluster()
        try cluster.createDeployment(
            replicas: 1,
            annotations: ["simulation.deepseek.io/oom-after-seconds": "60", "simulation.deepseek.io/exit-times": "1"])
        try await cluster.run(seconds: 30)
        let name = try #require(try cluster.podViews().first?.name)
        try await cluster.run(seconds: 600)
        let pod = PodView(try cluster.get(VirtualCluster.pods, name))
        #expect(pod.isReady)
        #expect(pod.containerStatus("engine")?["restartCount"] == 1)
        #expect(pod.containerStatus("engine")?[path: "lastState", "terminated", "reason"] == "OOMKilled")
    }
}

@Suite struct EndpointsControllerTests {
    private static func cluster(drain: Int64 = 0) async throws -> VirtualCluster {
        let rules = BehaviorRules(default: PodBehavior(loadTime: .seconds(30), drainTime: .seconds(drain)))
        let cluster = try VirtualCluster(rules: rules)
        try cluster.create(
            VirtualCluster.services,
            [
                "metadata": ["name": "live"],
                "spec": ["selector": ["app": "r1"], "ports": [["name": "http", "port": 80, "targetPort": "http"]]],
            ])
        try cluster.createDeployment(replicas: 2)
        return cluster
    }

    private func addresses(_ cluster: VirtualCluster, _ field: String) throws -> Int {
        let subsets = try cluster.get(VirtualCluster.endpoints, "live")["subsets"]?.arrayValue ?? []
        return subsets.reduce(0) { $0 + ($1[field]?.arrayValue?.count ?? 0) }
    }

    private func endpoints(_ cluster: VirtualCluster) throws -> [JSONValue] {
        try cluster.list(VirtualCluster.slices).flatMap { $0["endpoints"]?.arrayValue ?? [] }
    }

    @Test func onlyReadyPodsAreAddresses() async throws {
        let cluster = try await Self.cluster()
        try await cluster.run(seconds: 20)
        #expect(try addresses(cluster, "addresses") == 0)
        #expect(try addresses(cluster, "notReadyAddresses") == 2)
        #expect(try endpoints(cluster).map { $0[path: "conditions", "ready"] } == [false, false])
        try await cluster.run(seconds: 30)
        #expect(try addresses(cluster, "addresses") == 2)
        let port = try cluster.list(VirtualCluster.slices).first?["ports"]?[0]
        #expect(port?["port"] == 8000)
        #expect(port?["name"] == "http")
    }

    @Test func aDrainingPodLeavesAtOnceAndGoesOnServing() async throws {
        let cluster = try await Self.cluster(drain: 20)
        try await cluster.run(seconds: 60)
        try cluster.scale("r1", to: 1)
        try await cluster.run(seconds: 5)
        #expect(try cluster.podViews().count == 2)
        #expect(try addresses(cluster, "addresses") == 1)
        let draining = try #require(try endpoints(cluster).first { $0[path: "conditions", "terminating"] == true })
        #expect(draining[path: "conditions", "ready"] == false)
        #expect(draining[path: "conditions", "serving"] == true)
        try await cluster.run(seconds: 20)
        #expect(try cluster.podViews().count == 1)
        #expect(try endpoints(cluster).count == 1)
    }

    @Test func switchingTheSelectorSwitchesTheEndpoints() async throws {
        let cluster = try await Self.cluster()
        try cluster.createDeployment("green", replicas: 1)
        try await cluster.run(seconds: 60)
        try cluster.change(VirtualCluster.services, "live", ["spec": ["selector": ["app": "green"]]])
        try await cluster.run(seconds: 0)
        #expect(try addresses(cluster, "addresses") == 1)
    }
}

@Suite struct DisruptionControllerTests {
    @Test func countsWhatMayGo() async throws {
        let cluster = try VirtualCluster()
        try cluster.create(
            VirtualCluster.budgets,
            ["metadata": ["name": "b"], "spec": ["maxUnavailable": 1, "selector": ["matchLabels": ["app": "r1"]]]])
        try cluster.createDeployment(replicas: 3)
        try await cluster.run(seconds: 0)
        #expect(try cluster.get(VirtualCluster.budgets, "b")[path: "status", "disruptionsAllowed"] == 0)
        try await cluster.run(seconds: 30)
        let status = try cluster.get(VirtualCluster.budgets, "b")["status"]
        #expect(status?["expectedPods"] == 3)
        #expect(status?["currentHealthy"] == 3)
        #expect(status?["desiredHealthy"] == 2)
        #expect(status?["disruptionsAllowed"] == 1)
    }
}

@Suite struct GarbageCollectorTests {
    private static func cluster() async throws -> VirtualCluster {
        let rules = BehaviorRules(default: PodBehavior(drainTime: .seconds(10)))
        let cluster = try VirtualCluster(rules: rules)
        try cluster.createDeployment(replicas: 2)
        try await cluster.run(seconds: 30)
        return cluster
    }

    @Test func backgroundDeletionFollows() async throws {
        let cluster = try await Self.cluster()
        try cluster.delete(VirtualCluster.deployments, "r1", .background)
        #expect(!cluster.exists(VirtualCluster.deployments, "r1"))
        try await cluster.run(seconds: 60)
        #expect(try cluster.list(VirtualCluster.replicaSets).isEmpty)
        #expect(try cluster.podViews().isEmpty)
    }

    @Test func foregroundDeletionGoesLast() async throws {
        let cluster = try await Self.cluster()
        try cluster.delete(VirtualCluster.deployments, "r1", .foreground)
        try await cluster.run(seconds: 5)
        #expect(cluster.exists(VirtualCluster.deployments, "r1"))
        #expect(try cluster.podViews().count == 2, "they drain")
        try await cluster.run(seconds: 60)
        #expect(!cluster.exists(VirtualCluster.deployments, "r1"))
        #expect(try cluster.podViews().isEmpty)
    }

    @Test func orphansStay() async throws {
        let cluster = try await Self.cluster()
        try cluster.delete(VirtualCluster.deployments, "r1", .orphan)
        try await cluster.run(seconds: 60)
        #expect(!cluster.exists(VirtualCluster.deployments, "r1"))
        let set = try #require(try cluster.list(VirtualCluster.replicaSets).first)
        #expect(set[path: "metadata", "ownerReferences"]?.arrayValue?.isEmpty ?? true)
        #expect(try cluster.podViews().count == 2)
    }

    @Test func anObjectWithOneLivingOwnerStays() async throws {
        let cluster = try VirtualCluster(nodes: 0)
        let owners = try ["a", "b"].map { name -> JSONValue in
            let owner = try cluster.create(VirtualCluster.configMaps, ["metadata": ["name": .string(name)]])
            return [
                "apiVersion": "v1", "kind": "ConfigMap", "name": .string(name),
                "uid": owner[path: "metadata", "uid"] ?? "",
            ]
        }
        try cluster.create(
            VirtualCluster.configMaps, ["metadata": ["name": "child", "ownerReferences": .array(owners)]])
        try await cluster.run(seconds: 0)
        try cluster.delete(VirtualCluster.configMaps, "a")
        try await cluster.run(seconds: 0)
        #expect(
            try cluster.get(VirtualCluster.configMaps, "child")[path: "metadata", "ownerReferences"]
                == .array([owners[1]]))
        try cluster.delete(VirtualCluster.configMaps, "b")
        try await cluster.run(seconds: 0)
        #expect(!cluster.exists(VirtualCluster.configMaps, "child"))
    }

    @Test func anOwnerThatNeverWasIsGone() async throws {
        let cluster = try VirtualCluster(nodes: 0)
        try cluster.create(
            VirtualCluster.configMaps,
            [
                "metadata": [
                    "name": "child",
                    "ownerReferences": [["apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": "no-such"]],
                ]
            ])
        try await cluster.run(seconds: 0)
        #expect(!cluster.exists(VirtualCluster.configMaps, "child"))
    }
}
