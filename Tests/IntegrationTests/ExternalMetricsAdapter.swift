import Base
import ClusterSimulator
import HTTPServer
import KubeClient
import KubeCore
import Telemetry
import TestSupport

/// An adapter for external.metrics.k8s.io with one metric, registered with a control plane of the test's own.
final class ExternalMetricsAdapter: Sendable {
    private static let root = "/apis/external.metrics.k8s.io/v1beta1"
    private static let metric = "api_requests_per_second"

    private let rate: Lock<Int>

    init(rate: Int) { self.rate = Lock(rate) }

    func set(rate: Int) { self.rate.withLock { $0 = rate } }

    /// Runs `body` while the cluster serves the metric: in the simulator by a mounted group, on a real server through
    /// its aggregator, which reaches loopback by a Service of type ExternalName.
    func serve(on cluster: TestCluster, _ body: () async throws -> Void) async throws {
        if let simulator = cluster.simulator {
            try simulator.cluster.mount(
                MountedGroup(name: "external.metrics.k8s.io", version: "v1beta1") { [self] request in
                    let (status, json) = answer(request.path)
                    return APIResponse(status: status, json: json)
                })
            return try await body()
        }
        let identity = try CertificateAuthority(commonName: "adapter-ca").issueServer(names: ["localhost"])
        try await HTTPServer.withServer(.init(tls: TLSConfiguration(identity))) { [self] request in
            let (status, json) = answer(request.path)
            return HTTPServer.Response(
                status: status, headers: ["Content-Type": "application/json"], body: .bytes(json.serialized()))
        } body: { server in
            let result = try await cluster.kubectl("apply", "-f", "-", input: Self.registration(port: server.port))
            guard result.isSuccess else { throw ControlPlaneError("the adapter is not registered: \(result.errors)") }
            try await eventually("the aggregator reaches the adapter") {
                try await cluster.kubectl("get", "--raw", Self.root).isSuccess
            }
            try await body()
        }
    }

    private func answer(_ path: String) -> (status: Int, json: JSONValue) {
        if path == Self.root { return (200, Self.resourceList) }
        guard path.hasPrefix("\(Self.root)/namespaces/"), path.hasSuffix("/\(Self.metric)") else {
            return (
                404, ["kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404, "reason": "NotFound"]
            )
        }
        let value: JSONValue = [
            "metricName": .string(Self.metric), "metricLabels": [:],
            "timestamp": .string(Timestamp(nanoseconds: Logger.systemTime()).description),
            "value": .string("\(rate.withLock { $0 })"),
        ]
        return (
            200,
            [
                "kind": "ExternalMetricValueList", "apiVersion": "external.metrics.k8s.io/v1beta1", "metadata": [:],
                "items": [value],
            ]
        )
    }

    private static let resourceList: JSONValue = [
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "external.metrics.k8s.io/v1beta1",
        "resources": [
            [
                "name": .string(metric), "singularName": "", "namespaced": true, "kind": "ExternalMetricValueList",
                "verbs": ["get"],
            ]
        ],
    ]

    private static func registration(port: UInt16) -> String {
        """
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
          insecureSkipTLSVerify: true
          service: {name: external-metrics, namespace: kube-system, port: \(port)}
        """
    }
}
