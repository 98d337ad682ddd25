import KubeCore
import Testing

@testable import ClusterSimulator

/// Nothing that a client sends may exhaust the stack, which is 512 KiB for a task: each of these crashes if it does.
@Suite struct NestingTests {
    private static let types = [
        "application/json", TestCluster.merge, TestCluster.strategic, TestCluster.apply, TestCluster.jsonPatch,
    ]

    /// The object around it, and a managed field's entry, have a few levels too.
    private static let depth = JSONParser.maximumDepth - 8

    /// A value of so many nested objects.
    private static func nested(_ levels: Int, _ key: String = "a") -> JSONValue {
        (0..<levels).reduce("end") { value, _ in [key: value] }
    }

    /// As deep as the parser reads, in a place where any field is welcome.
    @Test(arguments: types)
    func theDeepestBodyIsStored(type: String) throws {
        let test = TestCluster()
        try test.json("POST", Fixture.definitions, Fixture.widgetDefinition)
        try test.json("POST", Fixture.widgets, Fixture.widget("w"))
        let deep = Self.nested(Self.depth)
        var body = Fixture.widget("w", ["size": "small", "free": deep])
        if type == TestCluster.jsonPatch { body = [["op": "add", "path": "/spec/free", "value": deep]] }
        let method = type == "application/json" ? "PUT" : "PATCH"
        let path = "\(Fixture.widgets)/w?fieldManager=test&force=\(type == TestCluster.apply)"
        if type == TestCluster.strategic {
            #expect(test.send(method, path, body, type: type).status == 415)
            return
        }
        if type == "application/json" {
            body[path: "metadata", "resourceVersion"] =
                try test.json("GET", "\(Fixture.widgets)/w")["metadata"]?["resourceVersion"]
        }
        #expect(try test.json(method, path, body, type: type)[path: "spec", "free"] == deep)
        #expect(try test.json("GET", "\(Fixture.widgets)/w")[path: "spec", "free"] == deep)
        try test.json("DELETE", "\(Fixture.widgets)/w")
    }

    /// Built-in kinds drop what they do not know, however deep it is.
    @Test(arguments: types.dropLast())
    func theDeepestUnknownFieldIsDropped(type: String) throws {
        let test = TestCluster()
        try test.json("POST", Fixture.deployments, Fixture.deployment("d"))
        var body = Fixture.deployment("d")
        body[path: "spec", "template", "unknown"] = Self.nested(Self.depth)
        let method = type == "application/json" ? "PUT" : "PATCH"
        let response = test.send(
            method, "\(Fixture.deployments)/d?fieldManager=test&force=\(type == TestCluster.apply)", body, type: type)
        // Apply refuses what the schema does not declare.
        #expect(response.status == (type == TestCluster.apply ? 500 : 200))
    }

    @Test(arguments: types)
    func aDeeperBodyIsABadRequest(type: String) {
        let test = TestCluster()
        let text = String(repeating: #"{"a":"#, count: 100_000)
        for (method, path) in [("POST", Fixture.configMaps), ("PATCH", "\(Fixture.configMaps)/x?fieldManager=t")] {
            let response = test.cluster.respond(
                to: APIRequest(
                    method: method, path: path, headers: ["content-type": type], body: Array(text.utf8)))
            #expect(response.status < 500)
        }
    }

    /// Every level is `properties` and a name: half the parser's depth.
    @Test func theDeepestSchemaIsServed() throws {
        let test = TestCluster()
        var definition = Fixture.widgetDefinition
        let levels = 110
        let leaf: JSONValue = ["type": "string"]
        let schema = (0..<levels).reduce(leaf) { schema, _ in
            ["type": "object", "properties": ["a": schema]]
        }
        let versions = definition[path: "spec", "versions"]?.arrayValue ?? []
        definition[path: "spec", "versions"] = .array(
            versions.map { version in
                var version = version
                version["schema"] = ["openAPIV3Schema": ["type": "object", "properties": ["spec": schema]]]
                return version
            })
        try test.json("POST", Fixture.definitions, definition)
        try test.json("POST", Fixture.widgets, Fixture.widget("w", Self.nested(levels)))
        try test.apply("\(Fixture.widgets)/v", Fixture.widget("v", Self.nested(levels)), manager: "test")
        for path in ["/openapi/v2", "/openapi/v3/apis/example.com/v1"] {
            #expect(try test.json("GET", path).objectValue?.isEmpty == false)
        }
    }

    @Test(arguments: ["(", "(a", "[", "[^", "(?:", "((a)|"])
    func aPatternOfNestedGroupsIsRefused(part: String) {
        #expect(SchemaPattern(String(repeating: part, count: 20_000)) == nil)
    }

    @Test func patternsMayNest() {
        let groups = String(repeating: "(", count: 50) + "a" + String(repeating: ")", count: 50)
        #expect(SchemaPattern(groups)?.matches("xax") == true)
        #expect(SchemaPattern(#"\(\(\["#)?.matches("(([") == true)
    }

    /// Selectors come in the query.
    @Test(arguments: ["(", "a in (", "!", "a,", "a=b,(("])
    func longSelectorsAreAnswered(part: String) {
        let selector = String(repeating: part, count: 5000)
        let response = TestCluster().send("GET", "\(Fixture.configMaps)?labelSelector=\(selector)")
        #expect(response.status == 400 || response.status == 200)
    }
}
