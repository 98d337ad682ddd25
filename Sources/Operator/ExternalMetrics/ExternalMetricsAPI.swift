internal import HTTPServer
internal import KubeCore

/// The requests of external.metrics.k8s.io/v1beta1, as the API server's aggregator passes them on.
///
/// An HPA asks `GET …/namespaces/<namespace>/<metric>?labelSelector=…`. The rest is what the aggregator itself wants to
/// know: the resources of the group's version (one word for all metrics, since their names are nobody else's business),
/// and an OpenAPI document, which says that there is nothing to say.
struct ExternalMetricsAPI: Sendable {
    typealias Values =
        @Sendable (_ metric: String, _ namespace: String, _ selector: LabelSelector) async -> DefinedMetrics.Answer

    static let root = ["apis", "external.metrics.k8s.io", "v1beta1"]
    private static let groupVersion = "external.metrics.k8s.io/v1beta1"

    /// The user that a request speaks for; nil for one that is not the aggregator's.
    let user: @Sendable (HTTPServer.Request) -> String?
    let values: Values

    func respond(to request: HTTPServer.Request) async -> HTTPServer.Response {
        guard user(request) != nil else {
            return refuse(401, "Unauthorized", "only the API server's aggregator is answered")
        }
        guard request.method == "GET" else { return refuse(405, "MethodNotAllowed", "only GET is answered") }
        guard let path = request.pathSegments, let query = request.queryItems else {
            return refuse(400, "BadRequest", "the path or the query is malformed")
        }
        if path == Self.root { return answer(Self.resources) }
        if path == ["openapi", "v2"] { return answer(Self.openAPI) }
        let rest = Array(path.dropFirst(Self.root.count))
        guard path.starts(with: Self.root), rest.count == 3, rest[0] == "namespaces" else {
            return refuse(404, "NotFound", "there is nothing at \(request.path.prefix(200))")
        }
        guard let selector = LabelSelector(parsing: query.first { $0.name == "labelSelector" }?.value ?? "") else {
            return refuse(400, "BadRequest", "labelSelector is malformed")
        }
        switch await values(rest[2], rest[1], selector) {
        case .unknown:
            return refuse(
                404, "NotFound",
                "no DeepSeekCluster of namespace \(rest[1]) has a query for \(rest[2]) in source.prometheus")
        case .unreadable(let reason): return refuse(503, "ServiceUnavailable", reason)
        case .values(let values):
            return answer([
                "kind": "ExternalMetricValueList", "apiVersion": .string(Self.groupVersion), "metadata": [:],
                "items": .array(values.map(\.json)),
            ])
        }
    }

    private func answer(_ body: JSONValue, status: Int = 200) -> HTTPServer.Response {
        HTTPServer.Response(
            status: status, headers: ["Content-Type": "application/json"], body: .bytes(body.serialized()))
    }

    private func refuse(_ code: Int, _ reason: String, _ message: String) -> HTTPServer.Response {
        answer(
            [
                "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "code": JSONValue(code),
                "reason": .string(reason), "message": .string(message),
            ], status: code)
    }

    private static let resources: JSONValue = [
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": .string(groupVersion),
        "resources": [
            [
                "name": "externalmetrics", "singularName": "", "namespaced": true, "kind": "ExternalMetricValueList",
                "verbs": ["get"],
            ]
        ],
    ]

    private static let openAPI: JSONValue = [
        "swagger": "2.0", "info": ["title": "deepseek-operator external metrics", "version": "v1beta1"], "paths": [:],
    ]
}
