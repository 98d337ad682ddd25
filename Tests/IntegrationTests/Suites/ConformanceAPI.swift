import Base
import HTTPTransport
import KubeClient
import KubeCore
import TestSupport
import Testing

/// Requests as they go over the wire, without a client's help, to a namespace of their own.
struct ConformanceAPI: Sendable {
    struct Answer {
        var status: Int
        var json: JSONValue

        var version: JSONValue? { json["metadata"]?["resourceVersion"] }
        var generation: Int64? { json["metadata"]?["generation"]?.intValue }
        /// The fields of a failure's causes.
        var fields: [String] {
            (json["details"]?["causes"]?.arrayValue ?? []).compactMap { $0["field"]?.stringValue }
        }
        var names: [String] {
            (json["items"]?.arrayValue ?? []).compactMap { $0["metadata"]?["name"]?.stringValue }
        }
    }

    static let merge = "application/merge-patch+json"
    static let jsonPatch = "application/json-patch+json"
    static let strategic = "application/strategic-merge-patch+json"
    static let apply = "application/apply-patch+yaml"

    let cluster: TestCluster
    let namespace: String

    init(_ backend: Backend) async throws {
        cluster = try await TestCluster.get(backend)
        namespace = try await cluster.makeNamespace("conformance")
    }

    var configMaps: String { "/api/v1/namespaces/\(namespace)/configmaps" }
    var pods: String { "/api/v1/namespaces/\(namespace)/pods" }
    var deployments: String { "/apis/apps/v1/namespaces/\(namespace)/deployments" }
    var gadgets: String { "/apis/conformance.example.com/v1/namespaces/\(namespace)/gadgets" }

    func send(
        _ method: String, _ path: String, _ body: JSONValue? = nil, type: String = "application/json",
        accept: String = "application/json"
    ) async throws -> Answer {
        let response = try await cluster.transport.send(
            try await request(method, path, body: body?.serialized(), type: type, accept: accept))
        return Answer(
            status: response.status,
            json: response.body.isEmpty ? .null : (try? JSONValue(parsing: response.body)) ?? .null)
    }

    /// Creates from a body that must be welcome.
    @discardableResult
    func create(_ path: String, _ body: JSONValue) async throws -> Answer {
        let answer = try await send("POST", path, body)
        try #require(answer.status == 201, "\(answer.json.jsonText)")
        return answer
    }

    /// Creates a pod once the namespace has its service account, which a controller makes (and its token, in 1.20).
    @discardableResult
    func createPod(_ body: JSONValue) async throws -> Answer {
        let accounts = "/api/v1/namespaces/\(namespace)/serviceaccounts/default"
        if cluster.backend == .real {
            try await eventually("the service account is there") { try await send("GET", accounts).status == 200 }
        }
        var answer = try await send("POST", pods, body)
        try await eventually("the pod is admitted") {
            if answer.status == 201 { return true }
            answer = try await send("POST", pods, body)
            return answer.status == 201
        }
        return answer
    }

    /// All events of a watch that the server ends after some seconds.
    func watch(
        _ path: String, _ query: String, seconds: Int = 1, accept: String = "application/json"
    ) async throws -> (status: Int, events: [JSONValue]) {
        let response = try await cluster.transport.send(
            try await request("GET", "\(path)?watch=true&timeoutSeconds=\(seconds)&\(query)", accept: accept))
        return (
            response.status,
            try response.body.split(separator: UInt8(ascii: "\n")).map { try JSONValue(parsing: Array($0)) }
        )
    }

    private func request(
        _ method: String, _ path: String, body: [UInt8]? = nil, type: String = "application/json",
        accept: String = "application/json"
    ) async throws -> HTTPRequest {
        var headers: HTTPHeaders = ["Accept": accept, "User-Agent": "conformance/1"]
        if body != nil { headers["Content-Type"] = type }
        let credentials = try await cluster.configuration.credentials.credentials()
        headers["Authorization"] = credentials.authorization?.exposed
        return HTTPRequest(
            method: method, url: cluster.configuration.server + path, headers: headers, body: body,
            tls: cluster.configuration.tls)
    }

    /// Makes the custom resource that the suite uses, and waits until it is served.
    func installGadgets() async throws {
        let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        let answer = try await send("POST", path, Self.definition)
        try #require([201, 409].contains(answer.status), "\(answer.json.jsonText)")
        try await eventually("gadgets are served") { try await send("GET", gadgets).status == 200 }
    }

    // MARK: Objects

    func configMap(_ name: String, _ data: JSONValue = [:], labels: JSONValue = [:]) -> JSONValue {
        var object: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)]]
        // Whether an empty map counts as something that an apply owns is not the same in all versions.
        if labels != [:] { object[path: "metadata", "labels"] = labels }
        if data != [:] { object["data"] = data }
        return object
    }

    func gadget(_ name: String, _ spec: JSONValue = ["size": 1]) -> JSONValue {
        [
            "apiVersion": "conformance.example.com/v1", "kind": "Gadget", "metadata": ["name": .string(name)],
            "spec": spec,
        ]
    }

    func deployment(_ name: String) -> JSONValue {
        [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": .string(name)],
            "spec": [
                "replicas": 0, "selector": ["matchLabels": ["app": .string(name)]],
                "template": [
                    "metadata": ["labels": ["app": .string(name)]],
                    "spec": ["containers": [["name": "main", "image": "nginx:1"]]],
                ],
            ],
        ]
    }

    private static let definition: JSONValue = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "gadgets.conformance.example.com"],
        "spec": [
            "group": "conformance.example.com", "scope": "Namespaced",
            "names": ["kind": "Gadget", "plural": "gadgets", "singular": "gadget", "listKind": "GadgetList"],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true,
                    "subresources": [
                        "status": [:],
                        "scale": [
                            "specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas",
                            "labelSelectorPath": ".status.selector",
                        ],
                    ],
                    "additionalPrinterColumns": [["name": "Size", "type": "integer", "jsonPath": ".spec.size"]],
                    "schema": ["openAPIV3Schema": schema],
                ]
            ],
        ],
    ]

    private static let schema: JSONValue = [
        "type": "object",
        "properties": [
            "spec": [
                "type": "object", "required": ["size"],
                "properties": [
                    "size": ["type": "integer", "minimum": 1, "maximum": 9],
                    "color": ["type": "string", "enum": ["red", "blue"], "default": "red"],
                    "replicas": ["type": "integer", "default": 1],
                ],
            ],
            "status": [
                "type": "object",
                "properties": [
                    "replicas": ["type": "integer"], "selector": ["type": "string"], "phase": ["type": "string"],
                ],
            ],
        ],
    ]
}
