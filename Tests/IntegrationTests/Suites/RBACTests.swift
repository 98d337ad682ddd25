import DeepSeekAPI
import FoundationEssentials
import Glibc
import KubeClient
import KubeCore
import TestSupport
import Testing

/// The operator's program under the rights that the chart gives it, judged by the API server's audit log: nothing it
/// asks for is forbidden, and nothing it may do is left unused.
@Suite(.enabled(if: Backend.available.contains(.real))) struct RBACTests {
    /// Rights that no request of the operator shows in the log.
    private static let unlogged: Set<Right> = [
        // Checked by the admission of owner references with blockOwnerDeletion, which the control plane has on.
        Right(verb: "update", group: "serving.deepseek.io", resource: "deepseekclusters/finalizers"),
        // Asked only when the name of a new Deployment is taken, to tell whose it is.
        Right(verb: "get", group: "apps", resource: "deployments"),
    ]

    @Test func everyRightIsUsedAndNoneIsMissing() async throws {
        // Operators that watch all namespaces must not meet other tests' clusters.
        let cluster = try await TestCluster.start(.real)
        do {
            try await ExternalMetricsAdapter(rate: 100).serve(on: cluster) {
                try await check(Release(cluster, name: "all", isNamespaced: false, readsSecrets: false))
                try await check(Release(cluster, name: "some", isNamespaced: true, readsSecrets: true))
            }
        } catch {
            try await cluster.stop()
            throw error
        }
        try await cluster.stop()
    }

    private func check(_ release: Release) async throws {
        let scene = release.scene
        try await release.install()
        let hookToken = try await release.token(of: release.hookAccount)
        for _ in 1...2 { try await release.installDefinition(token: hookToken) }
        let prometheus = FakePrometheus(rate: 100)
        try await prometheus.withServer { url in
            let program = try await release.startOperator()
            do {
                try await live(scene, prometheus, url, readsSecrets: release.readsSecrets)
            } catch {
                try await program.kill()
                throw ControlPlaneError("\(error)\n\(release.operatorLog.suffix(4000))")
            }
            // What waits to be told is written when it ends.
            program.send(SIGTERM)
            try await program.exited()
        }
        for account in [release.operatorAccount, release.hookAccount] {
            try judge(account, of: release)
        }
    }

    private func judge(_ account: String, of release: Release) throws {
        let granted = GrantedRights(release.manifests, account: account).rights
        let audit = try AuditedUse(log: release.auditLog, user: release.user(account))
        #expect(audit.forbidden.isEmpty, "\(release.name): forbidden to \(account): \(audit.forbidden.sorted())")
        let unused = granted.subtracting(Self.unlogged).filter { right in !audit.used.contains(where: right.covers) }
        #expect(unused.isEmpty, "\(release.name): granted to \(account) and never used: \(unused.sorted())")
        #expect(!audit.used.isEmpty && !granted.isEmpty)
    }

    // MARK: A full life

    private func live(_ scene: Scene, _ prometheus: FakePrometheus, _ url: String, readsSecrets: Bool) async throws {
        if readsSecrets { try await makeSecret(scene) }
        let source =
            "{prometheus: {url: '\(url)', \(readsSecrets ? "authSecretRef: {name: login}, " : "")"
            + "queries: [{metric: rps, query: 'sum(rps)'}]}}"
        let quick =
            "\nrevisionHistoryLimit: 0\nmigration: {scaleDownDelaySeconds: 0}\npods: {drainSeconds: 1, preStopSeconds: 0}\n"
        let spec = minimalSpec + quick + Self.scaling(source, metric: "rps")
        try await scene.apply(spec)
        try await scene.waitUntilReady(replicas: 1)
        // The autoscaler's memory is made with the first step and changed with the second.
        for (rate, replicas) in [(360, 2), (540, 3)] {
            prometheus.set(rate: rate)
            try await scene.waitUntilReady(replicas: replicas)
        }
        try await scaleDownCalledOff(scene)
        let blue = try #require(try await scene.status().activeRevision)
        for _ in 1...2 { try await drift(scene, blue) }
        try await scene.apply(spec.replacing("name: deepseek-r1", with: "name: deepseek-r1\n  version: '2'"))
        try await eventually("nothing of the old revision is left") {
            let left = try await scene.kubectl(
                "get", "deploy,pdb,controllerrevisions", "-l", "serving.deepseek.io/revision=\(blue)", "-o", "name")
            return left.isEmpty
        }
        try await scene.kubectl("patch", "dsc/r1", "--type=merge", "-p", #"{"spec":{"paused":true}}"#)
        try await scene.wait(for: "the pause") { $0.conditions?[type: "Paused"]?.status == .true }
        try await externalMetrics(scene)
        try await horizontalPodAutoscaler(scene)
        try await scene.kubectl("delete", "dsc", "--all", "--wait=true")
        try await eventually("everything is gone") {
            try await scene.kubectl("get", "deploy", "-o", "name").isEmpty
        }
    }

    private func makeSecret(_ scene: Scene) async throws {
        try await scene.kubectl("create", "secret", "generic", "login", "--from-literal=token=abc")
        try await scene.kubectl("label", "secret/login", "serving.deepseek.io/operator-may-read=true")
    }

    /// A pod that an earlier scale-down chose, and that is wanted again: its deletion cost is taken away.
    private func scaleDownCalledOff(_ scene: Scene) async throws {
        let pods = try await scene.kubectl("get", "pods", "-o", "name").split(separator: "\n").map(String.init)
        let cost = "controller.kubernetes.io/pod-deletion-cost"
        let pod = try #require(pods.first)
        try await scene.kubectl("annotate", pod, "\(cost)=-1", "serving.deepseek.io/scale-down-victim=true")
        try await eventually("the pod is pardoned") {
            try await !scene.kubectl("get", pod, "-o", "yaml").contains(cost)
        }
    }

    /// The same drift again is the same event again: a series, which is a patch of the event.
    private func drift(_ scene: Scene, _ revision: String) async throws {
        try await scene.kubectl("scale", "deploy/r1-\(revision)", "--replicas=5")
        try await eventually("the drift is repaired") {
            try await scene.deployments.get("r1-\(revision)").spec.replicas == 3
        }
    }

    private func externalMetrics(_ scene: Scene) async throws {
        let scaling = Self.scaling("{externalMetrics: {}}", metric: "api_requests_per_second")
        try await scene.apply(minimalSpec + "\n" + scaling, name: "r2")
        try await scene.wait(for: "the adapter has answered", of: "r2") {
            $0.conditions?[type: "ScalingActive"]?.reason == "ValidMetricFound"
        }
    }

    /// An HPA is made, repaired and removed.
    private func horizontalPodAutoscaler(_ scene: Scene) async throws {
        let scaling = Self.scaling("{externalMetrics: {}}", metric: "api_requests_per_second")
        let mode = scaling.replacing("  syncPeriodSeconds: 1", with: "  mode: HorizontalPodAutoscaler")
        try await scene.apply(minimalSpec + "\n" + mode, name: "r2")
        try await scene.wait(for: "the HPA has the metric", of: "r2") {
            $0.conditions?[type: "ScalingActive"]?.message.hasPrefix("the HPA") == true
        }
        try await scene.kubectl("patch", "hpa", "r2", "--type=merge", "-p", #"{"spec":{"maxReplicas":50}}"#)
        try await eventually("the drift is repaired") {
            try await scene.kubectl("get", "hpa", "r2", "-o", "jsonpath={.spec.maxReplicas}") == "5"
        }
        try await scene.apply(minimalSpec + "\n" + scaling, name: "r2")
        try await eventually("the HPA is gone") { try await scene.kubectl("get", "hpa", "-o", "name").isEmpty }
    }

    private static func scaling(_ source: String, metric: String) -> String {
        """
        autoscaling:
          minReplicas: 1
          maxReplicas: 5
          syncPeriodSeconds: 1
          source: \(source)
          metrics:
          - {type: External, external: {metric: {name: \(metric)}, target: {type: AverageValue, averageValue: "180"}}}
        """
    }
}
