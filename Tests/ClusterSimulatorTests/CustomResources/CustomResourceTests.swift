import KubeCore
import Testing

@testable import ClusterSimulator

@Suite struct CustomResourceTests {
    let test: TestCluster

    init() throws {
        test = TestCluster()
        try test.json("POST", Fixture.definitions, Fixture.widgetDefinition)
    }

    @Test func definitionsAreEstablished() throws {
        let object = try test.json("GET", Fixture.definitions + "/widgets.example.com")
        let conditions = object[path: "status", "conditions"]?.arrayValue ?? []
        #expect(conditions.map { $0["type"] } == ["NamesAccepted", "Established"])
        #expect(object[path: "spec", "names", "listKind"] == "WidgetList")
        let resources = try test.json("GET", "/apis/example.com/v1")["resources"]?.arrayValue ?? []
        #expect(resources.map { $0["name"] } == ["widgets", "widgets/scale", "widgets/status"])
        #expect(resources[0]["shortNames"] == ["wd"])
    }

    @Test func defaultsAndPrunes() throws {
        let object = try test.json(
            "POST", Fixture.widgets,
            Fixture.widget("w", ["size": "small", "bogus": 1, "free": ["any": ["x": 1]], "note": nil, "name": nil]))
        #expect(object["spec"] == ["size": "small", "replicas": 1, "free": ["any": ["x": 1]], "note": nil])
    }

    @Test(
        arguments: [
            (["replicas": 1], "spec.size: Required value"),
            (["size": "huge"], "spec.size: Unsupported value: \"huge\": supported values: \"small\", \"large\""),
            (
                ["size": "small", "replicas": 11],
                "spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10"
            ),
            (
                ["size": "small", "replicas": -1],
                "spec.replicas: Invalid value: -1: spec.replicas in body should be greater than or equal to 0"
            ),
            (
                ["size": "small", "replicas": "x"],
                "spec.replicas: Invalid value: \"string\": spec.replicas in body must be of type integer: \"string\""
            ),
            (
                ["size": "small", "name": "a"],
                "spec.name: Invalid value: \"a\": spec.name in body should be at least 2 chars long"
            ),
            (["size": "small", "name": "abcdef"], "spec.name: Too long: may not be more than 5 bytes"),
            (
                ["size": "small", "name": "ABC"],
                "spec.name: Invalid value: \"ABC\": spec.name in body should match '^[a-z]+$'"
            ),
            (["size": "small", "tags": ["a", "a"]], "spec.tags[1]: Duplicate value: \"a\""),
            (["size": "small", "items": [["value": 1]]], "spec.items[0].name: Required value"),
            (
                ["size": "small", "items": [["name": "a"], ["name": "a"]]],
                "spec.items[1]: Duplicate value: {\"name\":\"a\"}"
            ),
            (
                ["size": "small", "items": [["name": "a"], ["name": "b"], ["name": "c"], ["name": "d"]]],
                "spec.items: Too many: 4: must have at most 3 items"
            ),
            (
                ["size": "small", "port": true],
                "spec.port: Invalid value: \"boolean\": spec.port in body must be of type integer,string: \"boolean\""
            ),
            (
                ["size": "small", "limits": ["a": "b"]],
                "spec.limits.a: Invalid value: \"string\": spec.limits.a in body must be of type integer: \"string\""
            ),
            (
                ["size": "small", "one": ["a": "1", "b": "2"]],
                "\"spec.one\" must validate one and only one schema (oneOf). Found 2 valid alternatives"
            ),
        ] as [(JSONValue, String)])
    func refusesWhatTheSchemaForbids(spec: JSONValue, message: String) {
        let status = test.failure { try test.json("POST", Fixture.widgets, Fixture.widget("w", spec)) }
        #expect(status?.code == 422)
        #expect(status?.message?.contains(message) == true, "\(status?.message ?? "no failure")")
    }

    @Test func listsEveryFault() {
        let status = test.failure {
            try test.json("POST", Fixture.widgets, Fixture.widget("w", ["size": "huge", "replicas": 11]))
        }
        #expect(status?.details?.causes?.map(\.field) == ["spec.replicas", "spec.size"])
        #expect(status?.message?.hasPrefix("Widget.example.com \"w\" is invalid: [spec.replicas") == true)
    }

    @Test func strictValidationRefusesUnknownFields() {
        let status = test.failure {
            try test.json(
                "POST", Fixture.widgets + "?fieldValidation=Strict", Fixture.widget("w", ["size": "small", "x": 1]))
        }
        #expect(status?.message?.contains("strict decoding error: unknown field \"spec.x\"") == true)
    }

    @Test func statusHasItsOwnDoor() throws {
        var object = Fixture.widget("w")
        object["status"] = ["phase": "Bad"]
        let created = try test.json("POST", Fixture.widgets, object)
        #expect(created["status"] == nil)
        #expect(created[path: "metadata", "generation"] == 1)
        let status = try test.json(
            "PATCH", Fixture.widgets + "/w/status", ["status": ["phase": "Good"], "spec": ["size": "large"]],
            type: TestCluster.merge)
        #expect(status[path: "status", "phase"] == "Good")
        #expect(status[path: "spec", "size"] == "small")
        #expect(status[path: "metadata", "generation"] == 1)
        let spec = try test.json(
            "PATCH", Fixture.widgets + "/w", ["status": ["phase": "Bad"], "spec": ["size": "large"]],
            type: TestCluster.merge)
        #expect(spec[path: "status", "phase"] == "Good")
        #expect(spec[path: "metadata", "generation"] == 2)
    }

    @Test func updatesNeedAResourceVersion() throws {
        try test.json("POST", Fixture.widgets, Fixture.widget("w"))
        let status = test.failure { try test.json("PUT", Fixture.widgets + "/w", Fixture.widget("w")) }
        #expect(status?.message?.contains("metadata.resourceVersion: Invalid value: 0: must be specified") == true)
    }

    @Test func scaleFollowsThePaths() throws {
        try test.json("POST", Fixture.widgets, Fixture.widget("w"))
        try test.json(
            "PATCH", Fixture.widgets + "/w/status", ["status": ["replicas": 1, "selector": "a=b"]],
            type: TestCluster.merge)
        let scale = try test.json("GET", Fixture.widgets + "/w/scale")
        #expect(scale["spec"] == ["replicas": 1])
        #expect(scale["status"] == ["replicas": 1, "selector": "a=b"])
        let tooMany = test.failure {
            try test.json(
                "PATCH", Fixture.widgets + "/w/scale", ["spec": ["replicas": 99]], type: TestCluster.merge)
        }
        #expect(tooMany?.isInvalid == true)
    }

    @Test func columnsBecomeATable() throws {
        try test.json("POST", Fixture.widgets, Fixture.widget("w"))
        try test.json(
            "PATCH", Fixture.widgets + "/w/status",
            ["status": ["conditions": [["type": "Ready", "status": "True"]]]], type: TestCluster.merge)
        test.advance(seconds: 90)
        let table = try test.json(
            "GET", Fixture.widgets, accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
        #expect(table["kind"] == "Table")
        let names = table["columnDefinitions"]?.arrayValue?.map { $0["name"] }
        #expect(names == ["Name", "Size", "Replicas", "Ready", "Age"])
        #expect(table["rows"]?[0]?["cells"] == ["w", "small", 1, "True", "90s"])
        #expect(table["rows"]?[0]?["object"]?["kind"] == "PartialObjectMetadata")
    }

    @Test func deletingADefinitionEndsItsResources() throws {
        try test.json("POST", Fixture.widgets, Fixture.widget("w"))
        try test.json("DELETE", Fixture.definitions + "/widgets.example.com")
        #expect(test.send("GET", Fixture.widgets).status == 404)
        try test.json("POST", Fixture.definitions, Fixture.widgetDefinition)
        #expect(try test.json("GET", Fixture.widgets)["items"] == [])
    }

    @Test func refusesSchemasThatAreNotStructural() {
        var definition = Fixture.widgetDefinition
        definition[path: "spec", "versions"] = [
            [
                "name": "v1", "served": true, "storage": true,
                "schema": ["openAPIV3Schema": ["type": "object", "properties": ["spec": ["description": "untyped"]]]],
            ]
        ]
        definition[path: "spec", "names"] = ["kind": "Gadget", "plural": "gadgets"]
        definition[path: "metadata", "name"] = "gadgets.example.com"
        let status = test.failure { try test.json("POST", Fixture.definitions, definition) }
        #expect(
            status?.details?.causes?.first?.field
                == "spec.versions[0].schema.openAPIV3Schema.properties[spec].type")
    }
}
