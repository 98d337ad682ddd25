import DeepSeekAPI
import Glibc
import KubeClient
import KubeCore
import TestSupport
import Testing

/// The operator's program, killed, ended and replaced.
@Suite(.timeLimit(.minutes(6))) struct ProcessSuiteTests {
    private static func election(_ scene: Scene) -> [String] {
        [
            "--leader-elect", "--leader-election-namespace=\(scene.namespace)", "--leader-election-lease-duration=6s",
            "--leader-election-renew-deadline=4s", "--leader-election-retry-period=500ms",
        ]
    }

    private static func holder(_ scene: Scene) async throws -> String {
        let leases = Api<Lease>(scene.client, namespace: scene.namespace)
        return try await leases.getIfExists("deepseek-operator")?.spec?.holderIdentity ?? ""
    }

    /// What belongs to the cluster r1.
    private static func fingerprint(_ scene: Scene) async throws -> [String] {
        try await scene.fingerprint().filter { !$0.contains(" r2") }
    }

    @Test(arguments: Backend.available)
    func killedAndRestartedItChangesNothing(backend: Backend) async throws {
        let scene = try await Scene(backend, "killed")
        let first = try await OperatorProcess(scene, name: "first")
        try await scene.apply(minimalSpec)
        try await scene.waitUntilReady(replicas: 1)
        // Killed with work to do; the next one finishes it.
        try await scene.kubectl("scale", "dsc/r1", "--replicas=3")
        try await first.process.kill()
        let second = try await OperatorProcess(scene, name: "second")
        try await scene.waitUntilReady(replicas: 3)
        let before = try await Self.fingerprint(scene)
        try await second.process.kill()

        let third = try await OperatorProcess(scene, name: "third")
        // It has seen r1 as well by the time a newer cluster is ready.
        try await scene.apply(minimalSpec, name: "r2")
        try await scene.waitUntilReady("r2", replicas: 1)
        #expect(try await Self.fingerprint(scene) == before)
        #expect(before.count == 5)
        #expect(try await scene.clusters.get("r1").spec.replicas == 3)
        #expect(try await scene.status().readyReplicas == 3)
        try await third.process.kill()
    }

    @Test(arguments: Backend.available)
    func asksToEndAreFollowedAndGiveTheLeaseBack(backend: Backend) async throws {
        let scene = try await Scene(backend, "ended")
        let only = try await OperatorProcess(scene, name: "only", Self.election(scene))
        try await scene.apply(minimalSpec)
        try await scene.waitUntilReady(replicas: 1)
        #expect(try await Self.holder(scene).hasPrefix("only_"))
        only.process.send(SIGTERM)
        let status = try await only.process.exited()
        let log = try only.log
        #expect(status == 0, "\(log)")
        #expect(try await Self.holder(scene) == "")
    }

    @Test(arguments: Backend.available)
    func theSecondTakesOverFromAKilledLeader(backend: Backend) async throws {
        let scene = try await Scene(backend, "takeover")
        let first = try await OperatorProcess(scene, name: "first", Self.election(scene))
        try await eventually("the first leads") { try await Self.holder(scene).hasPrefix("first_") }
        let second = try await OperatorProcess(scene, name: "second", Self.election(scene))
        try await scene.apply(minimalSpec)
        try await scene.waitUntilReady(replicas: 1)
        #expect(try await Self.holder(scene).hasPrefix("first_"))
        try await first.process.kill()
        try await eventually("the second leads") { try await Self.holder(scene).hasPrefix("second_") }
        try await scene.kubectl("scale", "dsc/r1", "--replicas=2")
        try await scene.waitUntilReady(replicas: 2)
        try await second.process.kill()
    }
}
