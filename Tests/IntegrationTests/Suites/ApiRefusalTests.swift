import KubeCore
import TestSupport
import Testing

/// What every Kubernetes API server refuses, with the reason and the fields that it names, asked of both.
@Suite struct ApiRefusalTests {
    private typealias API = ConformanceAPI

    /// Requests that must fail, on an object `a` of version 1 in a namespace where nothing else is.
    struct Refusal: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var method = "POST"
        /// After the collection's path.
        var path = ""
        var body: JSONValue?
        var type = "application/json"
        var status: Int
        var reason: String
        var fields: [String] = []
        /// What 1.20 answers instead.
        var older: Int?
        var isGadget = false

        init(
            _ name: String, _ method: String, _ path: String, _ body: JSONValue? = nil,
            type: String = "application/json", is status: Int, _ reason: String, fields: [String] = [],
            older: Int? = nil, isGadget: Bool = false
        ) {
            testDescription = name
            (self.method, self.path, self.body, self.type) = (method, path, body, type)
            (self.status, self.reason, self.fields, self.isGadget) = (status, reason, fields, isGadget)
            self.older = older
        }
    }

    private static func named(_ name: String, _ more: JSONValue = [:]) -> JSONValue {
        var object: JSONValue = ["apiVersion": "v1", "kind": "ConfigMap", "metadata": more]
        object[path: "metadata", "name"] = .string(name)
        return object
    }

    static let refusals: [Refusal] = [
        Refusal("capital letters in a name", "POST", "", named("Bad"), is: 422, "Invalid", fields: ["metadata.name"]),
        Refusal("an underscore in a name", "POST", "", named("a_b"), is: 422, "Invalid", fields: ["metadata.name"]),
        Refusal(
            "a long name", "POST", "", named(String(repeating: "a", count: 254)), is: 422, "Invalid",
            fields: ["metadata.name"]),
        Refusal(
            "no name", "POST", "", ["apiVersion": "v1", "kind": "ConfigMap", "metadata": [:]], is: 422, "Invalid",
            fields: ["metadata.name"]),
        Refusal(
            "a bad label", "POST", "", named("b", ["labels": ["a": "b c"]]), is: 422, "Invalid",
            fields: ["metadata.labels"]),
        Refusal(
            "a bad label key", "POST", "", named("b", ["labels": ["a b": "c"]]), is: 422, "Invalid",
            fields: ["metadata.labels"]),
        Refusal(
            "a bad annotation key", "POST", "", named("b", ["annotations": ["a b": "c"]]), is: 422, "Invalid",
            fields: ["metadata.annotations"]),
        Refusal("another namespace", "POST", "", named("b", ["namespace": "other"]), is: 400, "BadRequest"),
        Refusal("the same name", "POST", "", named("a"), is: 409, "AlreadyExists"),
        Refusal(
            "another kind", "POST", "", ["apiVersion": "v1", "kind": "Secret", "metadata": ["name": "b"]], is: 400,
            "BadRequest"),
        Refusal("text for a map", "POST", "", ["metadata": ["name": "b"], "data": "x"], is: 400, "BadRequest"),
        Refusal("a name that is not the path's", "PUT", "/a", named("b"), is: 400, "BadRequest"),
        Refusal("an old version", "PUT", "/a", named("a", ["resourceVersion": "1"]), is: 409, "Conflict"),
        Refusal("what is not there", "PUT", "/b", named("b", ["resourceVersion": "1"]), is: 404, "NotFound"),
        Refusal("a patch of nothing", "PATCH", "/b", ["data": [:]], type: ConformanceAPI.merge, is: 404, "NotFound"),
        Refusal(
            "another uid", "PATCH", "/a", ["metadata": ["uid": "x"]], type: ConformanceAPI.merge, is: 422, "Invalid",
            fields: ["metadata.uid"]),
        Refusal("another object's uid", "PUT", "/a", named("a", ["uid": "x"]), is: 409, "Conflict"),
        Refusal(
            "another name", "PATCH", "/a", ["metadata": ["name": "b"]], type: ConformanceAPI.merge, is: 400,
            "BadRequest"),
        Refusal(
            "an old version in a patch", "PATCH", "/a", ["metadata": ["resourceVersion": "1"], "data": ["k": "v"]],
            type: ConformanceAPI.merge, is: 409, "Conflict"),
        Refusal("an unknown patch", "PATCH", "/a", [:], type: "text/plain", is: 415, "UnsupportedMediaType"),
        Refusal(
            "a patch that does not fit", "PATCH", "/a", [["op": "remove", "path": "/data/none"]],
            type: ConformanceAPI.jsonPatch, is: 422, "Invalid"),
        Refusal(
            "a failed test", "PATCH", "/a", [["op": "test", "path": "/kind", "value": "x"]],
            type: ConformanceAPI.jsonPatch, is: 422, "Invalid"),
        Refusal(
            "a patch that is a number", "PATCH", "/a", 3, type: ConformanceAPI.merge, is: 400, "BadRequest", older: 500),
        Refusal(
            "apply without a manager", "PATCH", "/a", named("a"), type: ConformanceAPI.apply, is: 422, "Invalid",
            fields: ["fieldManager"]),
        Refusal(
            "apply under another name", "PATCH", "/a?fieldManager=x", named("b"), type: ConformanceAPI.apply, is: 400,
            "BadRequest"),
        Refusal("a label selector", "GET", "?labelSelector=a%3D%3D%3Db", is: 400, "BadRequest"),
        Refusal("an open set", "GET", "?labelSelector=a%20in%20(b", is: 400, "BadRequest"),
        Refusal("a field selector's field", "GET", "?fieldSelector=spec.none%3D1", is: 400, "BadRequest"),
        Refusal("a field selector", "GET", "?fieldSelector=metadata.name", is: 400, "BadRequest"),
        Refusal("a continue token", "GET", "?limit=1&continue=nonsense", is: 400, "BadRequest"),
        Refusal("a version that is no number", "GET", "?resourceVersion=x", is: 400, "BadRequest", older: 500),
        Refusal(
            "an exact match of no version", "GET", "?resourceVersionMatch=Exact", is: 422, "Invalid",
            fields: ["resourceVersionMatch"]),
        Refusal(
            "an exact match of any version", "GET", "?resourceVersionMatch=Exact&resourceVersion=0", is: 422, "Invalid",
            fields: ["resourceVersionMatch"]),
        Refusal(
            "an unknown match", "GET", "?resourceVersionMatch=Some&resourceVersion=1", is: 422, "Invalid",
            fields: ["resourceVersionMatch"]),
        Refusal("an unknown dry run", "POST", "?dryRun=Some", named("b"), is: 422, "Invalid", fields: ["dryRun"]),
        Refusal("a member of nothing", "GET", "/a/none", is: 404, "NotFound"),
        Refusal("a method", "POST", "/a", named("a"), is: 405, "MethodNotAllowed"),
        Refusal("a missing field", "POST", "", gadget([:]), is: 422, "Invalid", fields: ["spec.size"], isGadget: true),
        Refusal(
            "too much", "POST", "", gadget(["size": 10]), is: 422, "Invalid", fields: ["spec.size"], isGadget: true),
        Refusal(
            "a wrong type", "POST", "", gadget(["size": "1"]), is: 422, "Invalid", fields: ["spec.size"], isGadget: true
        ),
        Refusal(
            "not in the enumeration", "POST", "", gadget(["size": 1, "color": "green"]), is: 422, "Invalid",
            fields: ["spec.color"], isGadget: true),
        Refusal(
            "a strategic patch of a custom resource", "PATCH", "/a", [:], type: ConformanceAPI.strategic, is: 415,
            "UnsupportedMediaType", isGadget: true),
        Refusal(
            "a custom resource without version", "PUT", "/a", gadget(["size": 2]), is: 422, "Invalid",
            fields: ["metadata.resourceVersion"], isGadget: true),
    ]

    private static func gadget(_ spec: JSONValue) -> JSONValue {
        [
            "apiVersion": "conformance.example.com/v1", "kind": "Gadget", "metadata": ["name": "a"], "spec": spec,
        ]
    }

    @Test(arguments: Backend.available)
    func refusalsSayWhy(backend: Backend) async throws {
        let api = try await API(backend)
        try await api.installGadgets()
        try await api.create(api.configMaps, api.configMap("a", ["k": "v"]))
        try await api.create(api.gadgets, api.gadget("a"))
        for refusal in Self.refusals {
            let collection = refusal.isGadget ? api.gadgets : api.configMaps
            let answer = try await api.send(
                refusal.method, collection + refusal.path, refusal.body, type: refusal.type)
            if backend == .real, answer.status == refusal.older { continue }
            let text = "\(refusal.testDescription): \(answer.json.jsonText)"
            #expect(answer.status == refusal.status, "\(text)")
            #expect(answer.json["reason"]?.stringValue ?? "" == refusal.reason, "\(text)")
            #expect(Array(Set(answer.fields)).sorted() == refusal.fields, "\(text)")
            #expect(answer.json["kind"] == "Status" && answer.json["code"]?.intValue == Int64(answer.status), "\(text)")
        }
    }
}
