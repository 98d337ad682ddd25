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
    private struct Kind: Sendable {
        var name: String
        var effect: Fault.Effect
        /// The verbs that a server would answer so; nil for all.
        var verbs: Set<String>?
    }

    private static let kinds = [
        Kind(name: "conflict", effect: .conflict, verbs: ["create", "patch", "update", "delete"]),
        Kind(name: "expired", effect: .expired, verbs: ["list", "watch"]),
        Kind(name: "too many requests", effect: .tooManyRequests(retryAfterSeconds: 1)),
        Kind(name: "server error", effect: .serverError(500)), Kind(name: "cut", effect: .cut(afterBytes: 0)),
        Kind(name: "slow", effect: .delay(.seconds(2))),
        Kind(name: "duplicate events", effect: .duplicateEvents, verbs: ["watch"]),
        Kind(name: "late events", effect: .lateEvents(.milliseconds(300)), verbs: ["watch"]),
    ]

    /// So many lives side by side: they mostly wait for pods that drain.
    private static let width = 24

    /// Each run meets every second request with one kind of fault that it could meet; which ones differs from run to run.
    @Test(.timeLimit(.minutes(10))) func anyRequestMayFailOnce() async throws {
        let verbs = try await Self.life(Fault(.init(name: "no such object"), .nth(1), .conflict))
        try #require(verbs.count > 20)
        let offset = Int.random(in: 0..<Self.kinds.count)
        print("fault sweep: \(verbs.count) requests, number \(offset)")
        await withTaskGroup(of: Void.self) { group in
            for (index, verb) in verbs.enumerated() where index % 2 == offset % 2 {
                if index >= 2 * Self.width { await group.next() }
                let possible = Self.kinds.filter { $0.verbs?.contains(verb) ?? true }
                let kind = possible[(index + offset) % possible.count]
                let occurrence = verbs[...index].count { $0 == verb }
                group.addTask { await Self.sweep(verb, occurrence, kind) }
            }
        }
    }

    private static func sweep(_ verb: String, _ occurrence: Int, _ kind: Kind) async {
        let matcher = Fault.Matcher(verb: verb, userAgent: Scene.operatorAgent)
        do {
            _ = try await life(Fault(matcher, .nth(occurrence), kind.effect))
        } catch {
            Issue.record("\(verb) \(occurrence), \(kind.name): \(error)")
        }
    }

    /// From nothing to two replicas of a second version, on a control plane of its own. Returns the verbs of the operator's
    /// requests, in order.
    private static func life(_ fault: Fault) async throws -> [String] {
        let cluster = try await TestCluster.start(.simulator)
        do {
            let scene = try await Scene(on: cluster, "sweep")
            let simulator = try #require(cluster.simulator)
            simulator.faults.set([fault])
            try await live(scene)
            let verbs = simulator.log.records.filter { $0.userAgent == Scene.operatorAgent }.map(\.attributes.verb)
            try await cluster.stop()
            return verbs
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
                    // Pods on paper tell nobody what they have in flight, and are waited for.
                    "migration": ["scaleDownDelaySeconds": 0], "pods": ["drainSeconds": 1, "preStopSeconds": 0],
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
