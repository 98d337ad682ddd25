import Base
import ClusterSimulator
import DeepSeekAPI
import KubeClient
import KubeCore
import TestSupport
import Testing

/// What concerns a whole cluster, each on a control plane of its own.
@Suite(.serialized) struct WholeClusterTests {
    private static func withScene(
        _ backend: Backend, _ name: String, _ body: (Scene) async throws -> Void
    ) async throws {
        let cluster = try await TestCluster.start(backend)
        do {
            try await body(try await Scene(on: cluster, name))
        } catch {
            try await cluster.stop()
            throw error
        }
        try await cluster.stop()
    }

    private static let scaled =
        minimalSpec + "\n" + """
            autoscaling:
              minReplicas: 1
              maxReplicas: 5
              syncPeriodSeconds: 1
              source: {externalMetrics: {}}
              metrics:
              - type: External
                external:
                  metric: {name: api_requests_per_second}
                  target: {type: AverageValue, averageValue: "180"}
              behavior: {scaleDown: {stabilizationWindowSeconds: 2}}
            """

    /// 540 requests a second from an adapter for external.metrics.k8s.io, with kubectl at the same wheel: what somebody
    /// else writes is the number to go on from, and the autoscaler soon has its own way again.
    @Test(arguments: Backend.available)
    func replicasFollowExternalMetrics(backend: Backend) async throws {
        try await Self.withScene(backend, "external") { scene in
            let adapter = ExternalMetricsAdapter(rate: 100)
            try await adapter.serve(on: scene.cluster) {
                try await scene.withOperator {
                    try await scene.apply(Self.scaled)
                    try await scene.waitUntilReady(replicas: 1)
                    adapter.set(rate: 540)
                    try await scene.waitUntilReady(replicas: 3)
                    #expect(try await scene.status().conditions?[type: "ScalingActive"]?.reason == "ValidMetricFound")
                    try await scene.kubectl("scale", "dsc/r1", "--replicas=5")
                    // The five may last for less than a look at the status takes; what was said of them stays.
                    try await eventually("the five are taken back") {
                        try await scene.kubectl("get", "events", "-o", "jsonpath={.items[*].message}")
                            .contains("New size: 3; reason: All metrics below target")
                    }
                    try await scene.waitUntilReady(replicas: 3)
                    adapter.set(rate: 100)
                    try await scene.waitUntilReady(replicas: 1)
                }
            }
        }
    }

    /// A real HorizontalPodAutoscaler, where a controller manager runs one, writes through the resource's own /scale.
    @Test(.enabled(if: Backend.available.contains(.real)))
    func aRealHPAScalesTheResource() async throws {
        try await Self.withScene(.real, "hpa") { scene in
            let adapter = ExternalMetricsAdapter(rate: 100)
            try await adapter.serve(on: scene.cluster) {
                try await scene.withOperator {
                    try await scene.apply(minimalSpec)
                    try await scene.waitUntilReady(replicas: 1)
                    let served = try await scene.kubectl("api-versions").split(separator: "\n")
                    let version = served.contains("autoscaling/v2") ? "v2" : "v2beta2"
                    try await scene.kubectl("apply", "-f", "-", input: Self.autoscaler(version))
                    adapter.set(rate: 540)
                    try await scene.waitUntilReady(replicas: 3)
                    adapter.set(rate: 100)
                    try await scene.waitUntilReady(replicas: 1)
                    let hpa = try await scene.kubectl("get", "hpa", "r1", "-o", "yaml")
                    #expect(hpa.contains("DeepSeekCluster"))
                }
            }
        }
    }

    private static func autoscaler(_ version: String) -> String {
        """
        apiVersion: autoscaling/\(version)
        kind: HorizontalPodAutoscaler
        metadata: {name: r1}
        spec:
          scaleTargetRef: {apiVersion: serving.deepseek.io/v1alpha1, kind: DeepSeekCluster, name: r1}
          minReplicas: 1
          maxReplicas: 5
          metrics:
          - type: External
            external:
              metric: {name: api_requests_per_second}
              target: {type: AverageValue, averageValue: "180"}
        """
    }

    /// History is forgotten, then the server goes away and comes back: the operator goes on with what it finds.
    @Test(arguments: Backend.available)
    func compactionAndARestartOfTheServerAreSurvived(backend: Backend) async throws {
        try await Self.withScene(backend, "restart") { scene in
            try await scene.withOperator {
                try await scene.apply(minimalSpec)
                try await scene.waitUntilReady(replicas: 1)
                for round in 1...2 {
                    try await Self.interrupt(scene.cluster)
                    try await eventually("the server takes writes again") {
                        try await scene.cluster.kubectl(
                            "scale", "-n", scene.namespace, "dsc/r1", "--replicas=\(round + 1)"
                        ).isSuccess
                    }
                    try await scene.waitUntilReady(replicas: round + 1)
                }
            }
        }
    }

    private static func interrupt(_ cluster: TestCluster) async throws {
        if let real = cluster.real {
            try await real.compact()
            try await real.restartServer()
        } else if let simulator = cluster.simulator {
            // As long as a server takes to start: no request is answered, watches end, and their history is gone.
            let away = Fault.Effect.failure(Status(code: 503, reason: "ServiceUnavailable", message: "starting"))
            simulator.faults.set([Fault(.init(), .every, away)])
            simulator.cluster.compactHistory()
            try await Task.sleep(for: .seconds(2))
            simulator.faults.set([])
        }
    }

    /// `kubectl get --watch` shows how the resource changes.
    @Test(arguments: Backend.available)
    func aWatchingKubectlSeesTheChange(backend: Backend) async throws {
        let scene = try await Scene(backend, "watch")
        try await scene.withOperator {
            try await scene.apply(minimalSpec)
            try await scene.waitUntilReady(replicas: 1)
            let folder = try TemporaryFolder()
            let watch = try await ServerProcess.start(
                "kubectl",
                [
                    "--kubeconfig", scene.cluster.kubeconfig, "-n", scene.namespace, "get", "dsc", "--watch",
                    "--output-watch-events",
                ], log: folder.path("watch"))
            do {
                try await eventually("the table begins") { try folder.read("watch").contains("ADDED") }
                try await scene.kubectl("scale", "dsc/r1", "--replicas=2")
                try await scene.waitUntilReady(replicas: 2)
                try await scene.kubectl("delete", "dsc", "r1")
                try await eventually("all is shown") { try folder.read("watch").contains("DELETED") }
            } catch {
                try await watch.kill()
                throw error
            }
            try await watch.kill()
            let rows = try folder.read("watch").split(separator: "\n")
            #expect(rows.first?.contains("PHASE") == true)
            #expect(rows.contains { $0.hasPrefix("MODIFIED") && $0.contains("Ready") }, "\(rows)")
        }
    }
}
