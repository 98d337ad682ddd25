import HTTPTransport
import KubeClient
import KubeCore
import MetricSources
import Testing

@Suite struct ExternalMetricsSourceTests {
    static let path = "http://api/apis/external.metrics.k8s.io/v1beta1"

    func source(_ transport: ScriptedTransport, selector: LabelSelector? = nil) -> ExternalMetricsSource {
        let client = KubeClient(
            configuration: ClientConfiguration(server: "http://api"), transport: transport, retryPolicy: .none)
        return ExternalMetricsSource(client: client, namespace: "team", metric: "api_rps", selector: selector)
    }

    func failure(_ transport: ScriptedTransport) async throws -> MetricSourceError {
        try #require(await #expect(throws: MetricSourceError.self) { _ = try await source(transport).read() })
    }

    @Test func valuesAreQuantitiesWithTimes() async throws {
        let transport = ScriptedTransport(
            """
            {"kind":"ExternalMetricValueList","apiVersion":"external.metrics.k8s.io/v1beta1","metadata":{},"items":[
              {"metricName":"api_rps","metricLabels":{},"timestamp":"2026-01-01T00:00:00Z","value":"1500m"},
              {"metricName":"api_rps","metricLabels":null,"timestamp":null,"value":"2k"},
              {"value":"-3"},{"value":"0.5m"},{"value":"9E"},{"value":7}]}
            """)
        let result = try await source(transport).read()
        #expect(
            result.samples.map(\.value) == [
                .success(1500), .success(2_000_000), .success(-3000), .success(1), .failure(.outOfRange("9E")),
                .success(7000),
            ])
        #expect(result.samples.first?.timestamp == Timestamp("2026-01-01T00:00:00Z"))
        #expect(result.samples.dropFirst().allSatisfy { $0.timestamp == nil })
    }

    @Test func theRequestNamesNamespaceMetricAndSelector() async throws {
        let transport = ScriptedTransport(#"{"items":null}"#)
        let selector = LabelSelector(matchLabels: ["cluster": "r1", "a": "b"])
        #expect(try await source(transport, selector: selector).read().isEmpty)
        #expect(
            transport.requests.map(\.url) == ["\(Self.path)/namespaces/team/api_rps?labelSelector=a%3Db%2Ccluster%3Dr1"]
        )
        #expect(transport.requests.first?.timeout == .seconds(5))
    }

    @Test func identitiesTellQuestionsApart() {
        let transport = ScriptedTransport("")
        #expect(source(transport).identity == source(transport).identity)
        #expect(
            source(transport).identity != source(transport, selector: LabelSelector(matchLabels: ["a": "b"])).identity)
    }

    @Test func anAbsentAPIIsNamed() async throws {
        let error = try await failure(ScriptedTransport(status: 404, "404 page not found"))
        guard case .missingAPI(let message) = error else {
            Issue.record("expected a missing API, got \(error)")
            return
        }
        #expect(message.contains("APIService v1beta1.external.metrics.k8s.io"))
    }

    @Test func anUnknownMetricIsNotAnAbsentAPI() async throws {
        let transport = ScriptedTransport { request in
            guard request.url != Self.path else { return HTTPResponse(status: 200, body: Array("{}".utf8)) }
            let body =
                #"{"kind":"Status","status":"Failure","reason":"NotFound","code":404,"message":"no such metric"}"#
            return HTTPResponse(status: 404, body: Array(body.utf8))
        }
        let message = "\(try await failure(transport))"
        #expect(message.contains("knows no metric api_rps in namespace team"))
        #expect(message.contains("no such metric"))
    }

    @Test(arguments: [
        (503, "service unavailable", "does not answer"),
        (403, #"{"kind":"Status","code":403,"message":"cannot get resource"}"#, "cannot get resource"),
        (200, #"{"items":[{"value":"many"}]}"#, "ExternalMetricValueList"),
        (200, #"{"items":[{}]}"#, "value is missing"), (200, "<html>", "ExternalMetricValueList"),
        (200, #"{"items":[{"value":"1","timestamp":"yesterday"}]}"#, "timestamp"),
    ])
    func failuresAreExplained(status: Int, body: String, hint: String) async throws {
        #expect("\(try await failure(ScriptedTransport(status: status, body)))".contains(hint))
    }

    @Test func noAnswerKeepsItsCause() async throws {
        let transport = ScriptedTransport { _ throws(TransportError) in throw TransportError(.connect, "refused") }
        guard case .transport(let cause) = try await failure(transport) else {
            Issue.record("expected a transport error")
            return
        }
        #expect(cause.kind == .connect)
    }
}
