import Base
import KubeCore

@testable import ClusterSimulator

/// A cluster with a clock that stands still until told otherwise, and requests in one line.
struct TestCluster: Sendable {
    let cluster: SimulatedCluster
    private let time: Lock<Timestamp>

    init(
        historyCapacity: Int = 1000, offersStreamingLists: Bool = true, clock: any Clock<Duration> = ContinuousClock()
    ) {
        let time = Lock(Timestamp("2026-01-01T00:00:00Z") ?? Timestamp(seconds: 0))
        self.time = time
        cluster = SimulatedCluster(
            .init(
                now: { time.withLock { $0 } }, clock: clock, historyCapacity: historyCapacity, seed: 1,
                offersStreamingLists: offersStreamingLists))
    }

    func advance(seconds: Int64) { time.withLock { $0 = $0 + .seconds(seconds) } }

    static let merge = "application/merge-patch+json"
    static let jsonPatch = "application/json-patch+json"
    static let strategic = "application/strategic-merge-patch+json"
    static let apply = "application/apply-patch+yaml"

    func send(
        _ method: String, _ path: String, _ body: JSONValue? = nil, type: String = "application/json",
        accept: String = "application/json", agent: String = "test/1"
    ) -> APIResponse {
        let parts = path.split(separator: "?", maxSplits: 1)
        let query = (parts.count > 1 ? parts[1] : "").split(separator: "&").map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (name: String(sides[0]), value: sides.count > 1 ? String(sides[1]) : "")
        }
        return cluster.respond(
            to: APIRequest(
                method: method, path: String(parts[0]), query: query,
                headers: ["content-type": type, "accept": accept, "user-agent": agent],
                body: body?.serialized() ?? []))
    }

    /// The JSON of a successful answer. Errors: the Status of any other.
    @discardableResult
    func json(
        _ method: String, _ path: String, _ body: JSONValue? = nil, type: String = "application/json",
        accept: String = "application/json", agent: String = "test/1"
    ) throws -> JSONValue {
        let response = send(method, path, body, type: type, accept: accept, agent: agent)
        guard case .bytes(let bytes) = response.body else {
            throw Status(code: 500, reason: "Stream", message: "the answer is a stream")
        }
        let json = try JSONValue(parsing: bytes)
        guard response.status < 300 else { throw try json.decoded(as: Status.self) }
        return json
    }

    /// Server-side apply.
    @discardableResult
    func apply(_ path: String, _ body: JSONValue, manager: String, force: Bool = false) throws -> JSONValue {
        let force = force ? "&force=true" : ""
        return try json("PATCH", "\(path)?fieldManager=\(manager)\(force)", body, type: Self.apply)
    }

    /// The Status of a request that must fail.
    func failure(_ body: () throws -> JSONValue) -> Status? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? Status
        }
    }
}

extension APIResponse {
    /// The parsed lines of the next chunk of a watch.
    func nextEvents() async throws -> [JSONValue]? {
        guard case .stream(let stream) = body, let chunk = await stream.next() else { return nil }
        return try chunk.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: Array($0)) }
    }
}

/// Objects that many tests start from.
enum Fixture {
    static let configMaps = "/api/v1/namespaces/default/configmaps"
    static let deployments = "/apis/apps/v1/namespaces/default/deployments"
    static let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
    static let widgets = "/apis/example.com/v1/namespaces/default/widgets"

    static func configMap(_ name: String, _ data: JSONValue = [:], labels: [String: String] = [:]) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": .string(name), "labels": JSONValue(labels)], "data": data,
        ]
    }

    static func deployment(_ name: String, replicas: Int64? = nil, image: String = "nginx:1") -> JSONValue {
        var deployment: JSONValue = [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name)],
            "spec": [
                "selector": ["matchLabels": ["app": .string(name)]],
                "template": [
                    "metadata": ["labels": ["app": .string(name)]],
                    "spec": ["containers": [["name": "main", "image": .string(image)]]],
                ],
            ],
        ]
        deployment[path: "spec", "replicas"] = replicas.map(JSONValue.int)
        return deployment
    }

    static func pod(_ name: String, resources: JSONValue = [:]) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name)],
            "spec": ["containers": [["name": "main", "image": "nginx:1", "resources": resources]]],
        ]
    }

    /// A definition of widgets with most of what a schema can say.
    static let widgetDefinition: JSONValue = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "widgets.example.com"],
        "spec": [
            "group": "example.com", "scope": "Namespaced",
            "names": ["kind": "Widget", "plural": "widgets", "shortNames": ["wd"], "categories": ["all"]],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true, "schema": ["openAPIV3Schema": widgetSchema],
                    "subresources": [
                        "status": [:],
                        "scale": [
                            "specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas",
                            "labelSelectorPath": ".status.selector",
                        ],
                    ],
                    "additionalPrinterColumns": [
                        ["name": "Size", "type": "string", "jsonPath": ".spec.size"],
                        ["name": "Replicas", "type": "integer", "jsonPath": ".spec.replicas"],
                        [
                            "name": "Ready", "type": "string",
                            "jsonPath": ".status.conditions[?(@.type==\"Ready\")].status",
                        ],
                        ["name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"],
                    ],
                ]
            ],
        ],
    ]

    private static let widgetSchema: JSONValue = [
        "type": "object",
        "properties": [
            "spec": [
                "type": "object", "required": ["size"],
                "properties": [
                    "size": ["type": "string", "enum": ["small", "large"]],
                    "replicas": ["type": "integer", "minimum": 0, "maximum": 10, "default": 1],
                    "name": ["type": "string", "minLength": 2, "maxLength": 5, "pattern": "^[a-z]+$"],
                    "note": ["type": "string", "nullable": true],
                    "port": ["x-kubernetes-int-or-string": true],
                    "tags": ["type": "array", "items": ["type": "string"], "x-kubernetes-list-type": "set"],
                    "free": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
                    "limits": ["type": "object", "additionalProperties": ["type": "integer"]],
                    "one": [
                        "type": "object", "properties": ["a": ["type": "string"], "b": ["type": "string"]],
                        "oneOf": [["required": ["a"]], ["required": ["b"]]],
                    ],
                    "items": [
                        "type": "array", "maxItems": 3, "x-kubernetes-list-type": "map",
                        "x-kubernetes-list-map-keys": ["name"],
                        "items": [
                            "type": "object", "required": ["name"],
                            "properties": [
                                "name": ["type": "string"], "value": ["type": "integer", "default": 7],
                            ],
                        ],
                    ],
                ],
            ],
            "status": ["type": "object", "x-kubernetes-preserve-unknown-fields": true],
        ],
    ]

    static func widget(_ name: String, _ spec: JSONValue = ["size": "small"]) -> JSONValue {
        [
            "apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": .string(name)], "spec": spec,
        ]
    }
}
