import Base
import DeepSeekAPI
import HTTPTransport
import KubeClient
import KubeCore
import MetricSources
import TestSupport
import Testing

@testable import Operator

@Suite struct DefinedMetricsTests {
    private static let now = Timestamp(seconds: 1_800_000_000)

    private static func cluster(
        _ name: String, in namespace: String, query: String = "sum(rps)",
        _ change: (inout DeepSeekClusterSpec) -> Void = { _ in }
    ) -> DeepSeekCluster {
        var spec = DeepSeekClusterSpec(
            model: ModelSpec(name: name, source: ModelSource(pvc: .init(claimName: "models"))),
            engine: EngineSpec(type: .vllm, image: "vllm/vllm-openai:v0.33.0"))
        spec.autoscaling = AutoscalingSpec(
            maxReplicas: 5,
            source: MetricSourceSpec(
                prometheus: PrometheusSpec(url: "http://prometheus:9090", queries: [.init(metric: "rps", query: query)])
            ),
            metrics: [
                MetricSpec(
                    external: .init(
                        metric: .init(name: "rps", selector: LabelSelector(matchLabels: ["team": "blue"])),
                        target: .init(type: .averageValue, averageValue: "180")))
            ])
        change(&spec)
        return DeepSeekCluster(metadata: ObjectMeta(name: name, namespace: namespace), spec: spec)
    }

    /// The metrics of these clusters, each query answered with one sample of this value and age.
    private static func metrics(
        _ clusters: [DeepSeekCluster], value: String = "540", age: Int = 0,
        policy: AdministratorPolicy = AdministratorPolicy()
    ) -> (metrics: DefinedMetrics, transport: FakeTransport) {
        let transport = FakeTransport { _ throws(TransportError) in
            .json(
                #"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[\#(Int(now.seconds) - age),"\#(value)"]}]}}"#
            )
        }
        let configuration = ClientConfiguration(server: "http://api")
        let client = KubeClient(configuration: configuration, transport: transport)
        let readings = ReadingCollector(
            client: client, transport: transport, reader: MetricReader(),
            credentials: MetricCredentials(client: client, allowedHosts: []))
        let metrics = DefinedMetrics(
            clusters: { namespace in clusters.filter { $0.metadata.namespace == namespace } }, policy: policy,
            readings: readings, now: { now })
        return (metrics, transport)
    }

    private static func names(_ answer: DefinedMetrics.Answer) -> [String?]? {
        guard case .values(let values) = answer else { return nil }
        return values.map { $0.labels["serving.deepseek.io/cluster"] }
    }

    @Test func aNamespaceReadsItsOwnAndNoOther() async {
        let (metrics, transport) = Self.metrics([Self.cluster("r1", in: "a"), Self.cluster("r2", in: "b")])
        #expect(Self.names(await metrics.values(of: "rps", in: "a", LabelSelector())) == ["r1"])
        #expect(await metrics.values(of: "rps", in: "c", LabelSelector()) == .unknown)
        #expect(await metrics.values(of: "other", in: "a", LabelSelector()) == .unknown)
        #expect(transport.requests.count == 1)
    }

    /// Two clusters may have a metric of one name; only those are asked that the selector finds.
    @Test(arguments: [
        ("", ["r1", "r2"]), ("serving.deepseek.io/cluster=r2", ["r2"]), ("team=blue", ["r1", "r2"]),
        ("team=red", []), ("serving.deepseek.io/cluster in (r1),team", ["r1"]),
    ])
    func labelsTellClustersApart(selector: String, found: [String]) async throws {
        let (metrics, transport) = Self.metrics([
            Self.cluster("r2", in: "a", query: "sum(two)"), Self.cluster("r1", in: "a"),
        ])
        let selector = try #require(LabelSelector(parsing: selector))
        #expect(Self.names(await metrics.values(of: "rps", in: "a", selector)) == found)
        #expect(transport.requests.count == found.count)
    }

    /// What would make an HPA jump or follow a dead source is an error, so that it holds.
    @Test(arguments: [
        ("-5", 0, "negative"), ("NaN", 0, "not a number"), ("+Inf", 0, "infinite"), ("5", 121, "121 s old"),
    ])
    func whatIsNoLoadIsNotPassedOn(value: String, age: Int, message: String) async {
        let (metrics, _) = Self.metrics([Self.cluster("r1", in: "a")], value: value, age: age)
        guard case .unreadable(let text) = await metrics.values(of: "rps", in: "a", LabelSelector()) else {
            Issue.record("it was passed on")
            return
        }
        #expect(text.contains(message) && text.contains("r1"), "\(text)")
    }

    /// A spec that is refused is not acted on, neither here.
    @Test func aClusterThatIsNotAcceptedDefinesNothing() async {
        let (metrics, transport) = Self.metrics([
            Self.cluster("r1", in: "a") { $0.model.source = nil },
            Self.cluster("r2", in: "a") {
                $0.autoscaling?.source = MetricSourceSpec(externalMetrics: .init())
            },
        ])
        #expect(await metrics.values(of: "rps", in: "a", LabelSelector()) == .unknown)
        #expect(transport.requests.isEmpty)
    }

    /// Whoever asks at about the same time shares a request.
    @Test func equalQuestionsShareOneRequest() async {
        let (metrics, transport) = Self.metrics([Self.cluster("r1", in: "a"), Self.cluster("r2", in: "a")])
        for _ in 1...5 { _ = await metrics.values(of: "rps", in: "a", LabelSelector()) }
        #expect(transport.requests.count == 1)
    }
}
