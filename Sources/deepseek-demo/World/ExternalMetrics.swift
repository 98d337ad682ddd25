import ClusterSimulator
import KubeCore

extension MountedGroup {
    /// An adapter that serves the traffic as the one metric that the resource scales on.
    static func externalMetrics(of traffic: Traffic, now: @escaping @Sendable () -> Timestamp) -> MountedGroup {
        let root = "/apis/external.metrics.k8s.io/v1beta1"
        let metricPath = "\(root)/namespaces/\(DemoResource.key.namespace)/\(DemoResource.metric)"
        return MountedGroup(name: "external.metrics.k8s.io", version: "v1beta1") { request in
            switch request.path {
            case root: APIResponse(json: resourceList)
            case metricPath: APIResponse(json: values(traffic.reading.offeredRPS, at: now()))
            default:
                APIResponse(
                    failure: Status(
                        code: 404, reason: "NotFound", message: "the demo serves only \(DemoResource.metric)"))
            }
        }
    }

    private static let resourceList: JSONValue = [
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "external.metrics.k8s.io/v1beta1",
        "resources": [
            [
                "name": .string(DemoResource.metric), "singularName": "", "namespaced": true,
                "kind": "ExternalMetricValueList", "verbs": ["get"],
            ]
        ],
    ]

    private static func values(_ rate: Double, at time: Timestamp) -> JSONValue {
        [
            "kind": "ExternalMetricValueList", "apiVersion": "external.metrics.k8s.io/v1beta1", "metadata": [:],
            "items": [
                [
                    "metricName": .string(DemoResource.metric), "metricLabels": [:],
                    "timestamp": .string(time.description),
                    "value": .string("\(Int64((rate * 1000).rounded()))m"),
                ]
            ],
        ]
    }
}
