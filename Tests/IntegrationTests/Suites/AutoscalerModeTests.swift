import Base
import DeepSeekAPI
import FoundationEssentials
import HTTPServer
import KubeClient
import KubeCore
import Operator
import TestSupport
import Testing

/// `mode: HorizontalPodAutoscaler`: a real HPA decides, and reads the operator's own metrics by its adapter.
@Suite struct AutoscalerModeTests {
    private static func spec(_ source: String, mode: String = "HorizontalPodAutoscaler") -> String {
        minimalSpec + "\n" + """
            autoscaling:
              mode: \(mode)
              minReplicas: 1
              maxReplicas: 5
              source: \(source)
              metrics:
              - type: External
                external:
                  metric: {name: requests}
                  target: {type: AverageValue, averageValue: "180"}
            """
    }

    private static func prometheus(_ url: String) -> String {
        "{prometheus: {url: \(url), queries: [{metric: requests, query: sum(requests)}]}}"
    }

    // MARK: On any control plane

    @Test(arguments: Backend.available)
    func theHPAIsMadeRepairedAndRemoved(backend: Backend) async throws {
        let scene = try await Scene(backend, "hpa-mode")
        try await scene.withOperator {
            try await scene.apply(Self.spec("{externalMetrics: {}}"))
            try await scene.waitUntilReady(replicas: 1)
            func seen() async throws -> String {
                try await scene.kubectl(
                    "get", "hpa", "r1", "-o", "jsonpath={.spec.scaleTargetRef.kind} {.spec.maxReplicas}")
            }
            try await eventually("the HPA is there") { try await seen() == "DeepSeekCluster 5" }
            try await scene.kubectl("patch", "hpa", "r1", "--type=merge", "-p", #"{"spec":{"maxReplicas":50}}"#)
            try await eventually("it is repaired") { try await seen() == "DeepSeekCluster 5" }
            try await scene.apply(Self.spec("{externalMetrics: {}}", mode: "Operator"))
            try await eventually("it is gone") { try await scene.kubectl("get", "hpa", "-o", "name").isEmpty }
        }
    }

    @Test(arguments: Backend.available)
    func anHPAOfSomebodyElseIsLeftAlone(backend: Backend) async throws {
        let scene = try await Scene(backend, "hpa-foreign")
        try await scene.withOperator {
            let foreign = """
                apiVersion: autoscaling/v1
                kind: HorizontalPodAutoscaler
                metadata: {name: r1}
                spec: {maxReplicas: 7, scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: other}}
                """
            let served = try await scene.kubectl("api-versions").split(separator: "\n")
            let version = served.contains("autoscaling/v1") ? "v1" : "v2"
            try await scene.kubectl(
                "apply", "-f", "-", input: foreign.replacing("autoscaling/v1", with: "autoscaling/\(version)"))
            try await scene.apply(Self.spec("{externalMetrics: {}}"))
            try await scene.wait(for: "the conflict is told") {
                $0.conditions?[type: "ScalingActive"]?.reason == "NameConflict"
            }
            let seen = try await scene.kubectl("get", "hpa", "r1", "-o", "jsonpath={.spec.maxReplicas}")
            #expect(seen == "7")
        }
    }

    @Test(arguments: Backend.available)
    func withoutTheAdapterPrometheusCannotBeRead(backend: Backend) async throws {
        let scene = try await Scene(backend, "hpa-unserved")
        try await scene.withOperator {
            try await scene.apply(Self.spec(Self.prometheus("http://127.0.0.1:1")))
            try await scene.wait(for: "it is told") {
                $0.conditions?[type: "ScalingActive"]?.reason == "MetricsNotServed"
            }
            #expect(try await scene.kubectl("get", "hpa", "-o", "name").isEmpty)
        }
    }

    // MARK: With a controller that runs HPAs

    /// The whole way: Prometheus, the operator's adapter, the API server's aggregator, kube-controller-manager's HPA,
    /// the resource's /scale, pods; up and down again. Then the operator takes over and decides itself.
    @Test(.enabled(if: Backend.available.contains(.real)))
    func aRealHPAFollowsTheOperatorsMetrics() async throws {
        let cluster = try await TestCluster.start(.real)
        do {
            try await live(try await Scene(on: cluster, "hpa-live"))
        } catch {
            try await cluster.stop()
            throw error
        }
        try await cluster.stop()
    }

    private func live(_ scene: Scene) async throws {
        let prometheus = FakePrometheus(rate: 100)
        let adapter = try AdapterFiles()
        try await prometheus.withServer { url in
            try await scene.withOperator { options in
                options.externalMetrics = adapter.options
            } _: {
                try await adapter.register(with: scene.cluster)
                try await scene.apply(Self.spec(Self.prometheus(url)))
                try await scene.waitUntilReady(replicas: 1)
                prometheus.set(rate: 540)
                try await scene.waitUntilReady(replicas: 3)
                let status = try await scene.status()
                #expect(status.conditions?[type: "ScalingActive"]?.reason == "ValidMetricFound")
                #expect(status.autoscaling?.currentMetrics?.first?.name == "requests")
                // Nothing was decided by the operator.
                #expect(status.autoscaling?.lastDecision == nil)
                try await adapter.expectOnlyTheAggregatorIsAnswered(scene)
                // A source that fails holds, as the HPA's own condition says.
                prometheus.set(status: 500, body: "")
                try await scene.wait(for: "the failure is told") {
                    $0.conditions?[type: "ScalingActive"]?.reason == "FailedGetExternalMetric"
                }
                #expect(try await scene.clusters.get("r1").spec.replicas == 3)
                prometheus.set(rate: 100)
                try await scene.waitUntilReady(replicas: 1)
                try await scene.apply(Self.spec(Self.prometheus(url), mode: "Operator"))
                try await eventually("the HPA is gone") { try await scene.kubectl("get", "hpa", "-o", "name").isEmpty }
                prometheus.set(rate: 700)
                try await scene.waitUntilReady(replicas: 4)
                #expect(try await scene.status().autoscaling?.lastDecision?.final == 4)
            }
        }
    }
}

/// Certificate, port and registration of an operator's external metrics adapter.
private final class AdapterFiles: Sendable {
    let options: ExternalMetricsOptions
    private let port: Int
    private let authority: String
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        port = try freePorts(1)[0]
        let authority = try CertificateAuthority(commonName: "external-metrics")
        let identity = try authority.issueServer(names: ["external-metrics.kube-system.svc"])
        self.authority = authority.certificatePEM
        var options = ExternalMetricsOptions()
        options.address = BindAddress(host: "127.0.0.1", port: UInt16(port))
        options.certificateFile = try folder.write("tls.crt", identity.certificatePEM)
        options.privateKeyFile = try folder.write("tls.key", identity.privateKeyPEM)
        self.options = options
    }

    private static let root = "/apis/external.metrics.k8s.io/v1beta1"

    /// The aggregator verifies the adapter's certificate, as in the chart.
    func register(with cluster: TestCluster) async throws {
        let bundle = Data(authority.utf8).base64EncodedString()
        let text = """
            apiVersion: v1
            kind: Service
            metadata: {name: external-metrics, namespace: kube-system}
            spec: {type: ExternalName, externalName: localhost, ports: [{port: \(port)}]}
            ---
            apiVersion: apiregistration.k8s.io/v1
            kind: APIService
            metadata: {name: v1beta1.external.metrics.k8s.io}
            spec:
              group: external.metrics.k8s.io
              version: v1beta1
              groupPriorityMinimum: 100
              versionPriority: 100
              caBundle: \(bundle)
              service: {name: external-metrics, namespace: kube-system, port: \(port)}
            """
        let result = try await cluster.kubectl("apply", "-f", "-", input: text)
        guard result.isSuccess else { throw ControlPlaneError("the adapter is not registered: \(result.errors)") }
        try await eventually("the aggregator reaches the adapter") {
            try await cluster.kubectl("get", "--raw", Self.root).isSuccess
        }
    }

    /// Somebody without the right is refused by the API server, and whoever goes past it by the adapter.
    func expectOnlyTheAggregatorIsAnswered(_ scene: Scene) async throws {
        let path = "\(Self.root)/namespaces/\(scene.namespace)/requests"
        #expect(try await scene.kubectl("get", "--raw", path).contains(#""value":"540""#))
        let other = try await scene.cluster.kubectl("get", "--raw", path, "--as=nobody")
        #expect(!other.isSuccess && other.errors.contains("orbidden"), "\(other.errors)")
        let elsewhere = try await scene.cluster.kubectl("get", "--raw", "\(Self.root)/namespaces/default/requests")
        #expect(!elsewhere.isSuccess && elsewhere.errors.contains("NotFound"), "\(elsewhere.errors)")
        let direct = try await run(
            "curl",
            [
                "-sk", "-o", "/dev/null", "-w", "%{http_code}", "-H", "X-Remote-User: admin",
                "https://127.0.0.1:\(port)\(path)",
            ])
        #expect(direct.output == "401")
    }
}
