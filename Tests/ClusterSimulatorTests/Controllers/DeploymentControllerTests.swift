import Base
import ClusterSimulator
import KubeCore
import PodModel
import Testing

@Suite struct DeploymentControllerTests {
    @Test func oneThreeOneInVirtualTime() async throws {
        let cluster = try VirtualCluster(rules: BehaviorRules(default: PodBehavior(loadTime: .seconds(120))))
        try cluster.createDeployment(replicas: 1)
        try await cluster.run(seconds: 100)
        #expect(try cluster.ready() == 0)
        #expect(try cluster.condition("Available")?["status"] == "False")
        try await cluster.run(seconds: 60)
        #expect(try cluster.ready() == 1)
        #expect(try cluster.condition("Available")?["reason"] == "MinimumReplicasAvailable")
        #expect(try cluster.condition("Progressing")?["reason"] == "NewReplicaSetAvailable")
        let set = try #require(try cluster.list(VirtualCluster.replicaSets).first)
        #expect(set[path: "metadata", "annotations", "deployment.kubernetes.io/revision"] == "1")
        let hash = try #require(set[path: "metadata", "labels", "pod-template-hash"]?.stringValue)
        #expect(try cluster.podViews().first?.name.hasPrefix("r1-\(hash)-") ?? false)

        try cluster.scale("r1", to: 3)
        try await cluster.run(seconds: 200)
        #expect(try cluster.ready() == 3)
        let first = try #require(
            try cluster.podViews().min { $0.startTime ?? cluster.now < $1.startTime ?? cluster.now })

        try cluster.scale("r1", to: 1)
        try await cluster.run(seconds: 100)
        #expect(try cluster.podViews().map(\.name) == [first.name], "the pod that is ready longest stays")
        #expect(try cluster.status()["replicas"] == 1)
        #expect(
            try cluster.status()["observedGeneration"]
                == cluster.get(VirtualCluster.deployments, "r1")[path: "metadata", "generation"])
    }

    @Test func nothingIsWrittenOnceAllIsWell() async throws {
        let cluster = try VirtualCluster()
        try cluster.createDeployment(replicas: 5)
        // Until the events of the beginning are gone.
        try await cluster.run(seconds: 3660)
        let version = cluster.store.resourceVersion
        try await cluster.run(seconds: 30 * 86400)
        #expect(cluster.store.resourceVersion == version)
    }

    @Test func anUnschedulablePodSaysWhyAndRunsWhenRoomAppears() async throws {
        let cluster = try VirtualCluster(nodes: 1, gpusPerNode: 2)
        try cluster.createDeployment(replicas: 3)
        try await cluster.run(seconds: 60)
        #expect(try cluster.ready() == 2)
        let waiting = try #require(try cluster.podViews().first { $0.nodeName == nil })
        #expect(waiting.condition("PodScheduled")?["reason"] == "Unschedulable")
        #expect(
            waiting.condition("PodScheduled")?["message"]?.stringValue?.hasPrefix(
                "0/1 nodes are available: 1 Insufficient nvidia.com/gpu.") ?? false)
        #expect(try cluster.eventReasons().isSuperset(of: ["FailedScheduling", "Scheduled", "ScalingReplicaSet"]))
        try cluster.addNode("late", gpus: 1)
        try await cluster.run(seconds: 60)
        #expect(try cluster.ready() == 3)
    }

    @Test func theProgressDeadlinePasses() async throws {
        let cluster = try VirtualCluster()
        try cluster.createDeployment(
            replicas: 1, annotations: ["simulation.deepseek.io/image-broken": "true"],
            spec: ["progressDeadlineSeconds": 120])
        try await cluster.run(seconds: 110)
        #expect(try cluster.condition("Progressing")?["status"] == "True")
        try await cluster.run(seconds: 20)
        #expect(try cluster.condition("Progressing")?["status"] == "False")
        #expect(try cluster.condition("Progressing")?["reason"] == "ProgressDeadlineExceeded")
        #expect(
            try cluster.podViews().first?.containerStatus("engine")?[path: "state", "waiting", "reason"]
                == "ImagePullBackOff")
    }

    @Test func recreateStopsAllBeforeItStartsAny() async throws {
        let cluster = try VirtualCluster(rules: BehaviorRules(default: PodBehavior(drainTime: .seconds(20))))
        try cluster.createDeployment(replicas: 2, spec: ["strategy": ["type": "Recreate"]])
        try await cluster.run(seconds: 30)
        try cluster.change(
            VirtualCluster.deployments, "r1", ["spec": ["template": ["metadata": ["labels": ["v": "2"]]]]])
        try await cluster.run(seconds: 60) { cluster in
            let hashes = Set(try cluster.podViews().map { $0.json[path: "metadata", "labels", "pod-template-hash"] })
            #expect(hashes.count <= 1)
        }
        #expect(try cluster.ready() == 2)
        #expect(try cluster.podViews().allSatisfy { $0.json[path: "metadata", "labels", "v"] == "2" })
    }

    @Test func aPausedDeploymentScalesButDoesNotRoll() async throws {
        let cluster = try VirtualCluster()
        try cluster.createDeployment(replicas: 1)
        try await cluster.run(seconds: 30)
        try cluster.change(
            VirtualCluster.deployments, "r1",
            ["spec": ["paused": true, "replicas": 2, "template": ["metadata": ["labels": ["v": "2"]]]]])
        try await cluster.run(seconds: 30)
        #expect(try cluster.ready() == 2)
        #expect(try cluster.list(VirtualCluster.replicaSets).count == 1)
        #expect(try cluster.condition("Progressing")?["reason"] == "DeploymentPaused")
        try cluster.change(VirtualCluster.deployments, "r1", ["spec": ["paused": false]])
        try await cluster.run(seconds: 60)
        #expect(try cluster.podViews().allSatisfy { $0.json[path: "metadata", "labels", "v"] == "2" })
        #expect(try cluster.ready() == 2)
    }

    @Test func historyIsKeptToItsLimit() async throws {
        let cluster = try VirtualCluster()
        try cluster.createDeployment(replicas: 1, spec: ["revisionHistoryLimit": 2])
        for version in 2...6 {
            try cluster.change(
                VirtualCluster.deployments, "r1",
                ["spec": ["template": ["metadata": ["labels": ["v": .string(String(version))]]]]])
            try await cluster.run(seconds: 60)
        }
        let revisions = try cluster.list(VirtualCluster.replicaSets)
            .compactMap { $0[path: "metadata", "annotations", "deployment.kubernetes.io/revision"]?.stringValue }
        #expect(revisions.sorted() == ["3", "4", "5"])
    }

    /// At every moment of a rolling update: at most replicas + maxSurge pods that are not terminating, and at least
    /// replicas - maxUnavailable available ones.
    @Test(arguments: [UInt64](1...12))
    func rollingUpdatesKeepTheirBounds(seed: UInt64) async throws {
        var random = SplitMix64(seed: seed)
        let replicas = Int64.random(in: 1...9, using: &random)
        let surge = Int64.random(in: 0...3, using: &random)
        let unavailable = Int64.random(in: surge == 0 ? 1...3 : 0...3, using: &random)
        let load = Int64.random(in: 0...90, using: &random)
        let note = Comment(rawValue: "seed \(seed): \(replicas) replicas, surge \(surge), unavailable \(unavailable)")
        let rules = BehaviorRules(default: PodBehavior(loadTime: .seconds(load), drainTime: .seconds(15)))
        let cluster = try VirtualCluster(rules: rules)
        try cluster.createDeployment(
            replicas: replicas,
            spec: [
                "strategy": [
                    "type": "RollingUpdate",
                    "rollingUpdate": ["maxSurge": .int(surge), "maxUnavailable": .int(unavailable)],
                ]
            ])
        try await cluster.run(seconds: 200)
        #expect(try cluster.ready() == replicas, note)
        for version in ["2", "3"] {
            try cluster.change(
                VirtualCluster.deployments, "r1",
                ["spec": ["template": ["metadata": ["labels": ["v": .string(version)]]]]])
            let seconds = version == "2" ? Int64.random(in: 1...300, using: &random) : 3600
            try await cluster.run(seconds: seconds) { cluster in
                let live = try cluster.podViews().filter { !$0.isBeingDeleted }
                #expect(live.count <= replicas + surge, note)
                #expect(live.filter(\.isReady).count >= max(0, replicas - unavailable), note)
            }
        }
        #expect(try cluster.ready() == replicas, note)
        #expect(try cluster.podViews().allSatisfy { $0.json[path: "metadata", "labels", "v"] == "3" }, note)
    }
}
