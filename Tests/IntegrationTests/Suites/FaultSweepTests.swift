import Base
import ClusterSimulator
import DeepSeekAPI
import KubeClient
import KubeCore
import TestSupport
import Testing

/// One fault at each of the operator's requests, from its first list to the last write of a life with a scale-up and a
/// new version: whatever fails once, the end is the same.
@Suite struct FaultSweepTests {
    private static let effects: [(name: String, effect: Fault.Effect)] = [
        ("conflict", .conflict), ("expired", .expired), ("too many requests", .tooManyRequests(retryAfterSeconds: 1)),
        ("server error", .serverError(500)), ("cut", .cut(afterBytes: 0)), ("slow", .delay(.seconds(2))),
        ("duplicate events", .duplicateEvents), ("late events", .lateEvents(.milliseconds(300))),
    ]

    /// So many lives side by side.
    private static let width = 8

    /// Each run meets every request with one kind of fault, and which one differs from run to run.
    @Test(.timeLimit(.minutes(10))) func anyRequestMayFailOnce() async throws {
        let requests = try await Self.life(Fault(.init(name: "no such object"), .nth(1), .conflict))
        try #require(requests > 20)
        let offset = Int.random(in: 0..<Self.effects.count)
        print("fault sweep: \(requests) requests, the kinds of faults begin with number \(offset)")
        await withTaskGroup(of: Void.self) { group in
            for request in 1...requests {
                if request > Self.width { await group.next() }
                group.addTask { await Self.sweep(request, Self.effects[(request + offset) % Self.effects.count]) }
            }
        }
    }

    private static func sweep(_ request: Int, _ fault: (name: String, effect: Fault.Effect)) async {
        let matcher = Fault.Matcher(userAgent: Scene.operatorAgent)
        do {
            _ = try await life(Fault(matcher, .nth(request), fault.effect))
        } catch {
            Issue.record("request \(request), \(fault.name): \(error)")
        }
    }

    /// From nothing to two replicas of a second version, on a control plane of its own. Returns how many requests of the
    /// operator's there were.
    private static func life(_ fault: Fault) async throws -> Int {
        let cluster = try await TestCluster.start(.simulator)
        do {
            let scene = try await Scene(on: cluster, "sweep")
            let simulator = try #require(cluster.simulator)
            simulator.faults.set([fault])
            try await live(scene)
            let count = simulator.log.records.count { $0.userAgent == Scene.operatorAgent }
            try await cluster.stop()
            return count
        } catch {
            try await cluster.stop()
            throw error
        }
    }

    private static func live(_ scene: Scene) async throws {
        try await scene.withOperator {
            let resource: JSONValue = [
                "apiVersion": .string(DeepSeekCluster.resourceType.apiVersion), "kind": "DeepSeekCluster",
                "metadata": ["name": "r1"],
                "spec": [
                    "model": ["name": "deepseek-r1", "source": ["pvc": ["claimName": "models"]]],
                    "engine": ["type": "vllm", "image": "vllm/vllm-openai:v0.33.0"],
                ],
            ]
            _ = try await Api<JSONValue>(scene.client, DeepSeekCluster.resourceType, namespace: scene.namespace)
                .create(resource)
            try await scene.waitUntilReady(replicas: 1)
            _ = try await scene.clusters.patchScale("r1", .merge(["spec": ["replicas": 2]]))
            try await scene.waitUntilReady(replicas: 2)
            let first = try await scene.status().activeRevision
            _ = try await scene.clusters.patch("r1", .merge(["spec": ["model": ["version": "2"]]]))
            try await scene.wait(for: "the second version") { status in
                status.activeRevision != first && status.conditions?[type: "Ready"]?.status == .true
            }
            try await eventually("one Deployment is left") {
                try await scene.deployments.list().items.count == 1
            }
        }
    }
}
