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

    // MARK: A leader that is stopped

    /// Stopped past its lease and continued, a leader has news to act on and must not: another one leads. The audit log
    /// tells whose every write was.
    @Test(.enabled(if: Backend.available.contains(.real)))
    func aStoppedLeaderWritesNothingOnceItGoesOn() async throws {
        let scene = try await Scene(.real, "stopped")
        let real = try #require(scene.cluster.real)
        let user = "system:serviceaccount:\(scene.namespace):stopped"
        let kubeconfig = try real.kubeconfig(token: try await Self.administrator(scene), name: scene.namespace)
        let first = try await OperatorProcess(scene, name: "first", Self.election(scene), kubeconfig: kubeconfig)
        try await eventually("the first leads") { try await Self.holder(scene).hasPrefix("first_") }
        try await scene.apply(minimalSpec)
        try await scene.waitUntilReady(replicas: 1)
        let second = try await OperatorProcess(scene, name: "second", Self.election(scene))
        first.process.send(SIGSTOP)
        try await eventually("the second leads") { try await Self.holder(scene).hasPrefix("second_") }
        try await scene.kubectl("scale", "dsc/r1", "--replicas=3")
        try await scene.waitUntilReady(replicas: 3)
        let before = try Self.writes(of: user, real)
        first.process.send(SIGCONT)
        // More news for it, for longer than it needs to see that it leads no more.
        for replicas in [1, 2, 3, 1, 2] {
            try await scene.kubectl("scale", "dsc/r1", "--replicas=\(replicas)")
            try await scene.waitUntilReady(replicas: replicas)
        }
        #expect(try await Self.holder(scene).hasPrefix("second_"))
        let after = try Self.writes(of: user, real)
        let log = try first.log
        #expect(!before.isEmpty && after == before, "\(after.dropFirst(before.count))\n\(log.suffix(4000))")
        for program in [first, second] { try await program.process.kill() }
    }

    /// A token of a service account that may do everything.
    private static func administrator(_ scene: Scene) async throws -> String {
        try await scene.kubectl("create", "serviceaccount", "stopped")
        try await scene.kubectl(
            "create", "clusterrolebinding", scene.namespace, "--clusterrole=cluster-admin",
            "--serviceaccount=\(scene.namespace):stopped")
        let token = try await scene.kubectl("create", "token", "stopped")
        return String(token.prefix { !$0.isNewline })
    }

    /// Every request of the user that wrote something, in the order of the audit log.
    private static func writes(of user: String, _ real: RealControlPlane) throws -> [String] {
        try real.folder.read("audit.log").split(separator: "\n").filter { $0.contains(user) }.compactMap { line in
            let event = try JSONValue(parsing: Array(line.utf8))
            let (verb, code) = (event["verb"]?.stringValue ?? "", event[path: "responseStatus", "code"]?.intValue ?? 0)
            guard event[path: "user", "username"]?.stringValue == user, code < 400,
                ["create", "update", "patch", "delete", "deletecollection"].contains(verb)
            else { return nil }
            return
                "\(verb) \(event["requestURI"]?.stringValue ?? "") at \(event["requestReceivedTimestamp"]?.stringValue ?? "")"
        }
    }
}
