import KubeCore
import Testing

@testable import ClusterSimulator

/// Server-side apply through the API: what is created, updated, kept, removed and refused.
@Suite struct ServerSideApplyTests {
    let test = TestCluster()
    let path = Fixture.configMaps + "/a"
    let deployment = Fixture.deployments + "/a"

    private func configuration(_ data: JSONValue) -> JSONValue {
        ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a"], "data": data]
    }

    /// What one manager owns of an object.
    private func fields(_ object: JSONValue, _ manager: String, _ operation: String = "Apply") -> JSONValue? {
        object[path: "metadata", "managedFields"]?.arrayValue?
            .first { $0["manager"]?.stringValue == manager && $0["operation"]?.stringValue == operation }?["fieldsV1"]
    }

    @Test func createsWhatIsAbsent() throws {
        let response = test.send(
            "PATCH", path + "?fieldManager=one", configuration(["k": "1"]), type: TestCluster.apply)
        #expect(response.status == 201)
        let object = try test.json("GET", path)
        #expect(fields(object, "one") == ["f:data": ["f:k": [:]]])
        #expect(object[path: "metadata", "managedFields"]?[0]?["fieldsType"] == "FieldsV1")
    }

    @Test func refusesToCreateUnderAUID() {
        var body = configuration([:])
        body[path: "metadata", "uid"] = "some"
        let status = test.failure { try test.apply(path, body, manager: "one") }
        #expect(status?.isConflict == true)
    }

    @Test func needsAFieldManager() {
        let status = test.failure { try test.json("PATCH", path, configuration([:]), type: TestCluster.apply) }
        #expect(status?.isInvalid == true)
    }

    @Test func applyingTheSameAgainStoresNothing() throws {
        let first = try test.apply(path, configuration(["k": "1"]), manager: "one")
        test.advance(seconds: 5)
        #expect(try test.apply(path, configuration(["k": "1"]), manager: "one") == first)
    }

    @Test func removesWhatItsOnlyOwnerDrops() throws {
        try test.apply(path, configuration(["a": "1", "b": "2"]), manager: "one")
        let object = try test.apply(path, configuration(["a": "1"]), manager: "one")
        #expect(object["data"] == ["a": "1"])
    }

    @Test func keepsWhatAnotherOwnsToo() throws {
        try test.apply(path, configuration(["a": "1", "b": "2"]), manager: "one")
        try test.apply(path, configuration(["b": "2"]), manager: "two")
        let object = try test.apply(path, configuration(["a": "1"]), manager: "one")
        #expect(object["data"] == ["a": "1", "b": "2"])
        #expect(fields(object, "two") == ["f:data": ["f:b": [:]]])
        let last = try test.apply(path, configuration([:]), manager: "two")
        #expect(last["data"] == ["a": "1"])
        #expect(fields(last, "two") == nil || fields(last, "two") == ["f:data": [:]])
    }

    @Test func refusesToChangeWhatAnotherOwns() throws {
        try test.apply(path, configuration(["a": "1"]), manager: "one")
        let status = test.failure { try test.apply(path, configuration(["a": "2"]), manager: "two") }
        #expect(status?.code == 409)
        #expect(status?.message == "Apply failed with 1 conflict: conflict with \"one\": .data.a")
        #expect(
            status?.details?.causes == [
                .init(reason: "FieldManagerConflict", message: "conflict with \"one\"", field: ".data.a")
            ])
        #expect(try test.json("GET", path)["data"] == ["a": "1"])
    }

    @Test func forceTakesFields() throws {
        try test.apply(path, configuration(["a": "1", "b": "1"]), manager: "one")
        let object = try test.apply(path, configuration(["a": "2"]), manager: "two", force: true)
        #expect(object["data"] == ["a": "2", "b": "1"])
        #expect(fields(object, "one") == ["f:data": ["f:b": [:]]])
        #expect(fields(object, "two") == ["f:data": ["f:a": [:]]])
    }

    @Test func updatesTakeFieldsAndConflictLater() throws {
        try test.apply(path, configuration(["a": "1"]), manager: "one")
        let patched = try test.json(
            "PATCH", path, ["data": ["a": "2"]], type: TestCluster.merge, agent: "kubectl/1.32")
        #expect(fields(patched, "one") == nil)
        #expect(fields(patched, "kubectl", "Update") == ["f:data": ["f:a": [:]]])
        let status = test.failure { try test.apply(path, configuration(["a": "1"]), manager: "one") }
        #expect(
            status?.message
                == "Apply failed with 1 conflict: conflict with \"kubectl\" using v1 at 2026-01-01T00:00:00Z: .data.a")
    }

    @Test func aStaleResourceVersionConflicts() throws {
        let first = try test.apply(path, configuration(["a": "1"]), manager: "one")
        try test.apply(path, configuration(["a": "2"]), manager: "one")
        var body = configuration(["a": "3"])
        body[path: "metadata", "resourceVersion"] = first[path: "metadata", "resourceVersion"]
        #expect(test.failure { try test.apply(path, body, manager: "one") }?.isConflict == true)
    }

    @Test func mergesContainersByName() throws {
        try test.apply(deployment, Fixture.deployment("a"), manager: "one")
        var other: JSONValue = [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "a"],
            "spec": ["template": ["spec": ["containers": [["name": "side", "image": "side:1"]]]]],
        ]
        let both = try test.apply(deployment, other, manager: "two")
        #expect(names(both) == ["main", "side"])
        #expect(
            fields(both, "two")?[path: "f:spec", "f:template", "f:spec", "f:containers"]
                == ["k:{\"name\":\"side\"}": [".": [:], "f:name": [:], "f:image": [:]]])
        other[path: "spec", "template", "spec", "containers"] = []
        #expect(names(try test.apply(deployment, other, manager: "two")) == ["main"])
    }

    private func names(_ object: JSONValue) -> [String] {
        (object[path: "spec", "template", "spec", "containers"]?.arrayValue ?? []).compactMap {
            $0["name"]?.stringValue
        }
    }

    @Test func portsAreKeyedByNumberAndProtocol() throws {
        var body = Fixture.deployment("a")
        body[path: "spec", "template", "spec", "containers"] = [
            ["name": "main", "image": "x:1", "ports": [["containerPort": 80]]]
        ]
        let object = try test.apply(deployment, body, manager: "one")
        let container = fields(object, "one")?[
            path: "f:spec", "f:template", "f:spec", "f:containers", "k:{\"name\":\"main\"}", "f:ports"]
        #expect(container == ["k:{\"containerPort\":80,\"protocol\":\"TCP\"}": [".": [:], "f:containerPort": [:]]])
    }

    @Test func oneManagerAConcern() throws {
        try test.apply(deployment, Fixture.deployment("a"), manager: "template")
        let scale: JSONValue = [
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "a"], "spec": ["replicas": 4],
        ]
        // The default replicas belong to nobody.
        try test.apply(deployment, scale, manager: "scaling")
        let object = try test.apply(deployment, Fixture.deployment("a", image: "nginx:2"), manager: "template")
        #expect(object[path: "spec", "replicas"] == 4)
        #expect(object[path: "spec", "template", "spec", "containers"]?[0]?["image"] == "nginx:2")
        #expect(fields(object, "scaling") == ["f:spec": ["f:replicas": [:]]])
    }

    @Test func aManagerThatDropsReplicasResetsThem() throws {
        try test.apply(deployment, Fixture.deployment("a", replicas: 5), manager: "one")
        let object = try test.apply(deployment, Fixture.deployment("a"), manager: "one")
        #expect(object[path: "spec", "replicas"] == 1)
    }

    @Test func selectorsOfServicesAreAtomic() throws {
        let service = "/api/v1/namespaces/default/services/a"
        var body: JSONValue = [
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": "a"],
            "spec": ["ports": [["port": 80]], "selector": ["revision": "1"]],
        ]
        try test.apply(service, body, manager: "one")
        body["spec"] = ["selector": ["other": "1"]]
        let status = test.failure { try test.apply(service, body, manager: "two") }
        #expect(status?.details?.causes?.map(\.field) == [".spec.selector"])
    }

    @Test func statusIsOwnedApart() throws {
        try test.json("POST", Fixture.definitions, Fixture.widgetDefinition)
        let widget = Fixture.widgets + "/w"
        try test.apply(widget, Fixture.widget("w"), manager: "op")
        var body = Fixture.widget("w", ["size": "large"])
        body["status"] = ["phase": "Ready"]
        let object = try test.apply(widget + "/status", body, manager: "op")
        #expect(object[path: "spec", "size"] == "small")
        #expect(object[path: "status", "phase"] == "Ready")
        let entries = object[path: "metadata", "managedFields"]?.arrayValue ?? []
        #expect(entries.count == 2)
        let status = entries.first { $0["subresource"] == "status" }
        #expect(status?["fieldsV1"] == ["f:status": ["f:phase": [:]]])
        // The main resource's door leaves status alone.
        let again = try test.apply(widget, body.setting("status", ["phase": "Bad"]), manager: "op")
        #expect(again[path: "status", "phase"] == "Ready")
    }

    @Test func scaleIsOwnedApart() throws {
        try test.json("POST", Fixture.definitions, Fixture.widgetDefinition)
        try test.apply(Fixture.widgets + "/w", Fixture.widget("w"), manager: "user")
        try test.json(
            "PATCH", Fixture.widgets + "/w/scale", ["spec": ["replicas": 3]], type: TestCluster.merge, agent: "hpa")
        let object = try test.json("GET", Fixture.widgets + "/w")
        let entry = object[path: "metadata", "managedFields"]?.arrayValue?.first { $0["manager"] == "hpa" }
        #expect(entry?["subresource"] == "scale")
        #expect(entry?["fieldsV1"] == ["f:spec": ["f:replicas": [:]]])
        let status = test.failure {
            try test.apply(
                Fixture.widgets + "/w", Fixture.widget("w", ["size": "small", "replicas": 1]), manager: "user")
        }
        #expect(status?.message?.contains("\"hpa\" with subresource \"scale\"") == true)
    }

    @Test func setsMergeByValue() throws {
        try test.json("POST", Fixture.definitions, Fixture.widgetDefinition)
        let widget = Fixture.widgets + "/w"
        try test.apply(widget, Fixture.widget("w", ["size": "small", "tags": ["a", "b"]]), manager: "one")
        let partial: JSONValue = [
            "apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": "w"], "spec": ["tags": ["b", "c"]],
        ]
        let both = try test.apply(widget, partial, manager: "two")
        #expect(both[path: "spec", "tags"] == ["a", "b", "c"])
        let rest = try test.apply(widget, Fixture.widget("w", ["size": "small", "tags": ["a"]]), manager: "one")
        #expect(rest[path: "spec", "tags"] == ["a", "b", "c"])
        let last = try test.apply(widget, partial.setting("spec", ["tags": ["c"]]), manager: "two")
        #expect(last[path: "spec", "tags"] == ["a", "c"])
    }

    @Test func keyedListsOfCustomResourcesMerge() throws {
        try test.json("POST", Fixture.definitions, Fixture.widgetDefinition)
        let widget = Fixture.widgets + "/w"
        try test.apply(
            widget, Fixture.widget("w", ["size": "small", "items": [["name": "a", "value": 1]]]), manager: "one")
        let partial: JSONValue = [
            "apiVersion": "example.com/v1", "kind": "Widget", "metadata": ["name": "w"],
            "spec": ["items": [["name": "b"]]],
        ]
        let both = try test.apply(widget, partial, manager: "two")
        #expect(both[path: "spec", "items"] == [["name": "a", "value": 1], ["name": "b", "value": 7]])
    }

    @Test func createRecordsTheUpdater() throws {
        let object = try test.json(
            "POST", Fixture.configMaps, Fixture.configMap("z", ["k": "1"], labels: ["l": "v"]), agent: "tool/2")
        #expect(
            fields(object, "tool", "Update") == [
                "f:data": [".": [:], "f:k": [:]], "f:metadata": ["f:labels": [".": [:], "f:l": [:]]],
            ])
    }
}

extension JSONValue {
    /// A copy with one member set.
    func setting(_ name: String, _ value: JSONValue) -> JSONValue {
        var copy = self
        copy[name] = value
        return copy
    }
}
