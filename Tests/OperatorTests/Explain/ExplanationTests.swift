import DeepSeekAPI
import HTTPTransport
import KubeClient
import KubeCore
import TestSupport
import Testing

@testable import Operator

@Suite struct ExplanationTests {
    private static var cluster: DeepSeekCluster {
        get throws {
            let json: JSONValue = [
                "apiVersion": "serving.deepseek.io/v1alpha1", "kind": "DeepSeekCluster",
                "metadata": ["name": "r1", "namespace": "serving"],
                "spec": [
                    "model": ["name": "r1"], "engine": ["type": "vllm", "image": "vllm/vllm-openai:v0.33.0"],
                    "replicas": 5,
                    "autoscaling": [
                        "maxReplicas": 10, "source": ["externalMetrics": [:]],
                        "metrics": [
                            [
                                "type": "External",
                                "external": [
                                    "metric": ["name": "rps"],
                                    "target": ["type": "AverageValue", "averageValue": "180"],
                                ],
                            ]
                        ],
                    ],
                ],
                "status": [
                    "replicas": 5, "readyReplicas": 3,
                    "autoscaling": [
                        "lastScaleTime": "2026-11-25T01:00:00Z",
                        "coldStart": ["p50Seconds": 130, "p90Seconds": 210, "samples": 12],
                        "currentMetrics": [["name": "rps", "value": "1440", "averageValue": "288"]],
                        "lastDecision": [
                            "raw": 8, "tolerance": 8, "stabilized": 8, "limited": 6, "final": 6,
                            "reason": "rps above target",
                        ],
                    ],
                    "conditions": [
                        ["type": "AbleToScale", "status": "True", "reason": "SucceededRescale", "message": "written"],
                        ["type": "ScalingLimited", "status": "True", "reason": "ScaleUpLimit", "message": "no faster"],
                    ],
                ],
            ]
            return try json.decoded()
        }
    }

    private static let record = DecisionRecord(
        namespace: "serving", name: "r1", time: Timestamp(seconds: 1_795_568_400),
        lastTime: Timestamp(seconds: 1_795_568_400), decisions: 1,
        replicas: .init(spec: 3, status: 3, ready: 2, onTheirWay: 1),
        bounds: .init(min: 1, max: 10, schedules: ["office"]),
        metrics: [
            .init(
                name: "rps", value: Quantity(milli: 1_440_000), averageValue: Quantity(milli: 480_000),
                target: Quantity(milli: 180_000), targetType: "AverageValue", raw: 8, replicas: 8,
                isWithinTolerance: false, isInactive: false, isIgnored: false, failure: nil),
            .init(
                name: "latency", value: nil, averageValue: nil, target: Quantity(milli: 2500), targetType: "Value",
                raw: nil, replicas: nil, isWithinTolerance: false, isInactive: false, isIgnored: false,
                failure: "connection refused"),
        ],
        guards: [
            .init(
                metric: "queueDepth", value: Quantity(milli: 4000), max: Quantity(milli: 10_000), isExceeded: false,
                failure: nil)
        ],
        stages: [
            .init(name: "raw", replicas: 8), .init(name: "tolerance", replicas: 8),
            .init(name: "forecast", replicas: 9), .init(name: "stabilized", replicas: 9),
            .init(name: "rate-limited", replicas: 7), .init(name: "final", replicas: 7),
        ], final: 7, reason: "external metric rps above target", outcome: .written, error: nil)

    private static func kept(_ error: String? = nil) -> DecisionRecord {
        var record = record
        record.metrics = []
        record.guards = []
        record.bounds.schedules = []
        record.replicas = .init(spec: 7, status: 7, ready: 7, onTheirWay: 0)
        record.stages = [.init(name: "raw", replicas: 7), .init(name: "final", replicas: 7)]
        record.reason = ""
        record.outcome = error == nil ? .kept : .failed
        record.error = error
        record.decisions = 12
        record.lastTime = Timestamp(seconds: 1_795_568_460)
        return record
    }

    @Test func decisionsAreToldStageByStage() throws {
        let text = Explanation(cluster: try Self.cluster, decisions: [Self.kept(), Self.record]).text
        #expect(
            text == """
                DeepSeekCluster serving/r1: 3 of 5 replicas ready, 5 wished for
                The operator decides every 5 s, 1 to 10 replicas.
                A replica takes 130 s to start, 90 of 100 at most 210 s (12 starts measured).
                The replicas were changed last at 2026-11-25T01:00:00Z.

                2026-11-25T01:00:00Z  7 replicas, as there are, the same 12 times until 2026-11-25T01:01:00Z
                  7 wished for, 7 of 7 ready; bounds 1 to 10
                    raw    7  what the metrics ask for
                    final  7

                2026-11-25T01:00:00Z  from 3 to 7 replicas: external metric rps above target
                  3 wished for, 2 of 3 ready, 1 on their way; bounds 1 to 10 (office)
                  rps 1440, 480 a replica, target 180 a replica: asks for 8
                  latency, target 2500m: cannot be used: connection refused
                  guard queueDepth 4, max 10: fine
                    raw           8  what the metrics ask for
                    tolerance     8
                    forecast      9  the load that is expected when a replica started now is ready
                    stabilized    9
                    rate-limited  7  behavior, minReplicas and maxReplicas allow no other
                    final         7

                Conditions
                    AbleToScale     True  SucceededRescale  written
                    ScalingLimited  True  ScaleUpLimit      no faster

                """)
    }

    @Test func aFailedWriteSaysWhy() throws {
        let text = Explanation(cluster: try Self.cluster, decisions: [Self.kept("Forbidden (403): no")]).text
        #expect(text.contains("7 replicas, which could not be written: Forbidden (403): no, the same 12 times"))
    }

    /// Without the operator's records the status has to do.
    @Test func theStatusAloneIsToldAsFarAsItGoes() throws {
        var explanation = Explanation(cluster: try Self.cluster, decisions: [])
        explanation.remark = "The operator's own records cannot be read: Forbidden (403): pods/proxy"
        explanation.cluster.status?.conditions = nil
        #expect(
            explanation.text == """
                DeepSeekCluster serving/r1: 3 of 5 replicas ready, 5 wished for
                The operator decides every 5 s, 1 to 10 replicas.
                A replica takes 130 s to start, 90 of 100 at most 210 s (12 starts measured).
                The replicas were changed last at 2026-11-25T01:00:00Z.
                The operator's own records cannot be read: Forbidden (403): pods/proxy

                Last decision, as the status has it: rps above target
                  rps: 1440, 288 a replica
                    raw           8  what the metrics ask for
                    tolerance     8
                    stabilized    8
                    rate-limited  6  behavior, minReplicas and maxReplicas allow no other
                    final         6

                """)
    }

    @Test func aClusterThatDecidesNothingSaysSo() throws {
        var cluster = try Self.cluster
        cluster.status = nil
        #expect(Explanation(cluster: cluster, decisions: []).text.hasSuffix("\n\nNothing was decided yet.\n"))
        cluster.spec.autoscaling?.mode = .horizontalPodAutoscaler
        #expect(Explanation(cluster: cluster, decisions: []).text.contains("kubectl describe hpa r1"))
        cluster.spec.autoscaling = nil
        cluster.spec.replicas = nil
        #expect(
            Explanation(cluster: cluster, decisions: []).text == """
                DeepSeekCluster serving/r1: 0 of 0 replicas ready, none wished for

                There is no spec.autoscaling: nobody but people and other tools set the replicas.

                """)
    }

    // MARK: Where it comes from

    private static func explainer(
        _ answers: [String: FakeResponse]
    ) throws -> (explainer: ClusterExplainer, transport: FakeTransport) {
        let cluster = try JSONValue(encoding: Self.cluster).jsonText
        let transport = FakeTransport { request throws(TransportError) in
            if request.url.contains("/deepseekclusters/r1") { return .json(cluster) }
            let found = answers.first { request.url.contains($0.key) }?.value
            return found ?? .failure(403, reason: "Forbidden", message: "not allowed")
        }
        let client = KubeClient(
            configuration: ClientConfiguration(server: "http://api"), transport: transport, retryPolicy: .none)
        return (ClusterExplainer(client: client), transport)
    }

    private static let pods = #"""
        {"kind":"PodList","apiVersion":"v1","metadata":{},"items":[
        {"metadata":{"name":"op-1","namespace":"system"},"spec":{"containers":[{"ports":[{"name":"metrics","containerPort":8080}]}]}},
        {"metadata":{"name":"op-2","namespace":"system"},"spec":{"containers":[{"ports":[{"name":"metrics","containerPort":8080}]}]}}]}
        """#

    /// The replica that leads is the one that remembers.
    @Test func theLeadersRecordsAreReadThroughTheProxy() async throws {
        let records = try JSONValue(encoding: DecisionRecords(items: [Self.record])).jsonText
        let (explainer, transport) = try Self.explainer([
            "/api/v1/pods?": .json(Self.pods), "/pods/op-1%3A8080/proxy/": .json(#"{"items":[]}"#),
            "/pods/op-2%3A8080/proxy/debug/decisions?namespace=serving&name=r1": .json(records),
        ])
        let text = try await explainer.explain(namespace: "serving", name: "r1")
        #expect(text.contains("from 3 to 7 replicas: external metric rps above target"))
        #expect(transport.requests.allSatisfy { $0.method == "GET" })
    }

    @Test func withoutTheRightTheStatusIsTold() async throws {
        let (explainer, _) = try Self.explainer(["/api/v1/pods?": .json(Self.pods)])
        let text = try await explainer.explain(namespace: "serving", name: "r1")
        #expect(text.contains("The operator's own records cannot be read: "))
        #expect(text.contains("not allowed"))
        #expect(text.contains("Last decision, as the status has it: rps above target"))
    }
}
