import Base
import HTTPServer
import KubeCore
import MetricSources
import Testing

@testable import Operator

@Suite struct ExternalMetricsAPITests {
    private let asked = Lock<[String]>([])

    private func api(_ answer: DefinedMetrics.Answer, isKnown: Bool = true) -> ExternalMetricsAPI {
        ExternalMetricsAPI { _ in
            isKnown ? "system:serviceaccount:kube-system:horizontal-pod-autoscaler" : nil
        } values: { [asked] metric, namespace, selector in
            asked.withLock { $0.append("\(namespace)/\(metric) \(selector.queryText)") }
            return answer
        }
    }

    private func get(
        _ path: String, query: String? = nil, method: String = "GET", _ api: ExternalMetricsAPI
    ) async throws -> (status: Int, body: JSONValue) {
        let response = await api.respond(to: .init(method: method, path: path, query: query))
        guard case .bytes(let bytes) = response.body else { return (response.status, .null) }
        return (response.status, try JSONValue(parsing: bytes))
    }

    private static let root = "/apis/external.metrics.k8s.io/v1beta1"

    @Test func anHPAIsAnsweredWithValues() async throws {
        let value = try ExternalMetricValue(
            .init(value: .success(540_500), timestamp: Timestamp(seconds: 1_800_000_000)), metric: "rps",
            labels: ["serving.deepseek.io/cluster": "r1"], staleness: .seconds(60),
            now: Timestamp(seconds: 1_800_000_010))
        let (status, body) = try await get(
            "\(Self.root)/namespaces/team%2Da/rps", query: "labelSelector=a%3Db%2Cc+in+%28d%29", api(.values([value])))
        #expect(status == 200)
        #expect(body["kind"] == "ExternalMetricValueList")
        #expect(body["apiVersion"] == "external.metrics.k8s.io/v1beta1")
        #expect(
            body["items"] == [
                [
                    "metricName": "rps", "metricLabels": ["serving.deepseek.io/cluster": "r1"],
                    "timestamp": "2027-01-15T08:00:00Z", "value": "540500m",
                ]
            ])
        #expect(asked.withLock { $0 } == ["team-a/rps a in (b),c in (d)"])
    }

    @Test func theAggregatorFindsTheGroup() async throws {
        let resources = try await get(Self.root, api(.unknown))
        #expect(resources.status == 200 && resources.body["groupVersion"] == "external.metrics.k8s.io/v1beta1")
        #expect(resources.body["resources"]?[0]?["verbs"] == ["get"])
        #expect(try await get("/openapi/v2", api(.unknown)).body["swagger"] == "2.0")
    }

    @Test(arguments: [
        ("/namespaces/a/rps", "labelSelector=%3D", "GET", 400), ("/namespaces/a/rps", nil, "POST", 405),
        ("/namespaces/a", nil, "GET", 404), ("/namespaces/a/rps/b", nil, "GET", 404), ("/nodes/a/rps", nil, "GET", 404),
        ("/namespaces/%zz/rps", nil, "GET", 400), ("/namespaces/a/rps", nil, "GET", 404),
    ])
    func whatIsNoQuestionIsRefused(path: String, query: String?, method: String, code: Int) async throws {
        let (status, body) = try await get(Self.root + path, query: query, method: method, api(.unknown))
        #expect(status == code)
        #expect(body["kind"] == "Status" && body["code"] == JSONValue(code))
    }

    @Test func whatCannotBeReadIsNoValue() async throws {
        let (status, body) = try await get("\(Self.root)/namespaces/a/rps", api(.unreadable("connection refused")))
        #expect(status == 503)
        #expect(body["message"] == "connection refused")
    }

    /// Nobody but the aggregator learns anything, not even what there is.
    @Test(arguments: [root, "/openapi/v2", "\(root)/namespaces/a/rps", "/"])
    func othersAreAnsweredNothing(path: String) async throws {
        let (status, body) = try await get(path, api(.values([]), isKnown: false))
        #expect(status == 401)
        #expect(body["items"] == nil && body["resources"] == nil)
        #expect(asked.withLock { $0 }.isEmpty)
    }
}
