import KubeCore
import Testing

@testable import ClusterSimulator

@Suite struct ObjectRequestTests {
    let test = TestCluster()

    @Test func createsReadsUpdatesAndDeletes() throws {
        let created = try test.json("POST", Fixture.configMaps, Fixture.configMap("a", ["k": "1"]))
        #expect(created.metadataText("uid").count == 36)
        #expect(created.metadataText("creationTimestamp") == "2026-01-01T00:00:00Z")
        var object = try test.json("GET", Fixture.configMaps + "/a")
        #expect(object == created)
        object[path: "data", "k"] = "2"
        let updated = try test.json("PUT", Fixture.configMaps + "/a", object)
        #expect(updated.metadataText("resourceVersion") != created.metadataText("resourceVersion"))
        let deleted = try test.json("DELETE", Fixture.configMaps + "/a")
        #expect(deleted["status"] == "Success")
        let status = test.failure { try test.json("GET", Fixture.configMaps + "/a") }
        #expect(status?.message == "configmaps \"a\" not found")
    }

    @Test func refusesAStaleWrite() throws {
        var object = try test.json("POST", Fixture.configMaps, Fixture.configMap("a"))
        object["data"] = ["k": "1"]
        try test.json("PUT", Fixture.configMaps + "/a", object)
        object["data"] = ["k": "2"]
        let status = test.failure { try test.json("PUT", Fixture.configMaps + "/a", object) }
        #expect(status?.isConflict == true)
        #expect(status?.message?.contains("the object has been modified") == true)
    }

    @Test func storesNothingWhenNothingChanges() throws {
        let object = try test.json("POST", Fixture.deployments, Fixture.deployment("a"))
        let before = test.cluster.resourceVersion
        test.advance(seconds: 60)
        let again = try test.json("PUT", Fixture.deployments + "/a", object)
        let patched = try test.json(
            "PATCH", Fixture.deployments + "/a", ["spec": ["replicas": 1]], type: TestCluster.merge)
        #expect(again == object)
        #expect(patched == object)
        #expect(test.cluster.resourceVersion == before)
    }

    @Test func countsGenerationsOfTheWishOnly() throws {
        try test.json("POST", Fixture.deployments, Fixture.deployment("a"))
        let labelled = try test.json(
            "PATCH", Fixture.deployments + "/a", ["metadata": ["labels": ["x": "y"]]], type: TestCluster.merge)
        #expect(labelled[path: "metadata", "generation"] == 1)
        let status = try test.json(
            "PATCH", Fixture.deployments + "/a/status", ["status": ["replicas": 1], "spec": ["replicas": 9]],
            type: TestCluster.merge)
        #expect(status[path: "metadata", "generation"] == 1)
        #expect(status[path: "spec", "replicas"] == 1)
        #expect(status[path: "status", "replicas"] == 1)
        let scaled = try test.json(
            "PATCH", Fixture.deployments + "/a", ["spec": ["replicas": 3], "status": ["replicas": 9]],
            type: TestCluster.merge)
        #expect(scaled[path: "metadata", "generation"] == 2)
        #expect(scaled[path: "status", "replicas"] == 1)
    }

    @Test func generatesNames() throws {
        var object = Fixture.configMap("x")
        object["metadata"] = ["generateName": "job-"]
        let created = try test.json("POST", Fixture.configMaps, object)
        #expect(created.metadataText("name").hasPrefix("job-"))
        #expect(created.metadataText("name").count == 9)
    }

    @Test func knowsNoMissingNamespace() throws {
        let status = test.failure {
            try test.json("POST", "/api/v1/namespaces/none/configmaps", Fixture.configMap("a"))
        }
        #expect(status?.message == "namespaces \"none\" not found")
    }

    @Test(arguments: [
        ("Bad_Name", 422), ("a", 201),
    ]) func checksNames(name: String, code: Int) {
        let response = test.send("POST", Fixture.configMaps, Fixture.configMap(name))
        #expect(response.status == code)
    }

    @Test func honoursPreconditionsOfDeletion() throws {
        let object = try test.json("POST", Fixture.configMaps, Fixture.configMap("a"))
        let wrong = test.failure {
            try test.json("DELETE", Fixture.configMaps + "/a", ["preconditions": ["uid": "other"]])
        }
        #expect(wrong?.isConflict == true)
        let right: JSONValue = [
            "preconditions": [
                "uid": .string(object.metadataText("uid")),
                "resourceVersion": .string(object.metadataText("resourceVersion")),
            ]
        ]
        #expect(try test.json("DELETE", Fixture.configMaps + "/a", right)["status"] == "Success")
    }

    @Test func finalizersKeepAnObject() throws {
        var object = Fixture.configMap("a")
        object[path: "metadata", "finalizers"] = ["example.com/hold"]
        try test.json("POST", Fixture.configMaps, object)
        let marked = try test.json("DELETE", Fixture.configMaps + "/a")
        #expect(marked.isBeingDeleted)
        let added = test.failure {
            try test.json(
                "PATCH", Fixture.configMaps + "/a",
                ["metadata": ["finalizers": ["example.com/hold", "example.com/more"]]], type: TestCluster.merge)
        }
        #expect(added?.isInvalid == true)
        try test.json(
            "PATCH", Fixture.configMaps + "/a", ["metadata": ["finalizers": nil]], type: TestCluster.merge)
        #expect(test.failure { try test.json("GET", Fixture.configMaps + "/a") }?.isNotFound == true)
    }

    @Test func podsGoGracefully() throws {
        let pods = "/api/v1/namespaces/default/pods"
        try test.json("POST", pods, Fixture.pod("a"))
        let binding: JSONValue = [
            "apiVersion": "v1", "kind": "Binding", "metadata": ["name": "a"], "target": ["name": "node-1"],
        ]
        try test.json("POST", pods + "/a/binding", binding)
        let marked = try test.json("DELETE", pods + "/a")
        #expect(marked[path: "metadata", "deletionGracePeriodSeconds"] == 30)
        #expect(marked[path: "metadata", "deletionTimestamp"] == "2026-01-01T00:00:30Z")
        let gone = try test.json("DELETE", pods + "/a", ["gracePeriodSeconds": 0])
        #expect(gone["status"] == "Success")
    }

    @Test func namespacesTakeTheirContentsAlong() throws {
        try test.json(
            "POST", "/api/v1/namespaces", ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "n"]])
        try test.json("POST", "/api/v1/namespaces/n/configmaps", Fixture.configMap("a"))
        var held = Fixture.configMap("held")
        held[path: "metadata", "finalizers"] = ["example.com/hold"]
        try test.json("POST", "/api/v1/namespaces/n/configmaps", held)
        let marked = try test.json("DELETE", "/api/v1/namespaces/n")
        #expect(marked[path: "status", "phase"] == "Terminating")
        let refused = test.failure { try test.json("POST", "/api/v1/namespaces/n/configmaps", Fixture.configMap("b")) }
        #expect(refused?.isForbidden == true)
        try test.json(
            "PATCH", "/api/v1/namespaces/n/configmaps/held", ["metadata": ["finalizers": nil]],
            type: TestCluster.merge)
        #expect(test.failure { try test.json("GET", "/api/v1/namespaces/n") }?.isNotFound == true)
    }

    @Test func strictValidationNamesUnknownFields() throws {
        var object = Fixture.deployment("a")
        object[path: "spec", "bogus"] = 1
        let status = test.failure { try test.json("POST", Fixture.deployments + "?fieldValidation=Strict", object) }
        #expect(status?.code == 400)
        #expect(status?.message?.contains("strict decoding error: unknown field \"spec.bogus\"") == true)
        let warned = test.send("POST", Fixture.deployments, object)
        #expect(warned.status == 201)
        #expect(warned.headers.contains { $0.name == "Warning" && $0.value.contains("spec.bogus") })
    }

    @Test func quotaRefusesPods() throws {
        let quota: JSONValue = [
            "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "gpus"],
            "spec": ["hard": ["requests.nvidia.com/gpu": "3"]],
        ]
        try test.json("POST", "/api/v1/namespaces/default/resourcequotas", quota)
        let pods = "/api/v1/namespaces/default/pods"
        let gpus: JSONValue = ["limits": ["nvidia.com/gpu": "2"]]
        try test.json("POST", pods, Fixture.pod("a", resources: gpus))
        let status = test.failure { try test.json("POST", pods, Fixture.pod("b", resources: gpus)) }
        #expect(
            status?.message
                == "pods \"b\" is forbidden: exceeded quota: gpus, requested: requests.nvidia.com/gpu=2, "
                + "used: requests.nvidia.com/gpu=2, limited: requests.nvidia.com/gpu=3")
    }

    @Test func eventsHaveTwoFaces() throws {
        let event: JSONValue = [
            "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": ["name": "e"], "note": "hello",
            "regarding": ["kind": "Pod", "name": "a"], "eventTime": "2026-01-01T00:00:00.000000Z",
        ]
        try test.json("POST", "/apis/events.k8s.io/v1/namespaces/default/events", event)
        let core = try test.json("GET", "/api/v1/namespaces/default/events?fieldSelector=involvedObject.name=a")
        #expect(core["items"]?[0]?["message"] == "hello")
    }

    @Test func dryRunStoresNothing() throws {
        try test.json("POST", Fixture.configMaps + "?dryRun=All", Fixture.configMap("a"))
        #expect(test.failure { try test.json("GET", Fixture.configMaps + "/a") }?.isNotFound == true)
    }

    @Test func scaleReadsAndWritesReplicas() throws {
        try test.json("POST", Fixture.deployments, Fixture.deployment("a", replicas: 2))
        var scale = try test.json("GET", Fixture.deployments + "/a/scale")
        #expect(scale["kind"] == "Scale")
        #expect(scale[path: "spec", "replicas"] == 2)
        #expect(scale[path: "status", "selector"] == "app=a")
        scale[path: "spec", "replicas"] = 5
        try test.json("PUT", Fixture.deployments + "/a/scale", scale)
        let patched = try test.json(
            "PATCH", Fixture.deployments + "/a/scale", ["spec": ["replicas": 6]], type: TestCluster.merge)
        #expect(patched[path: "spec", "replicas"] == 6)
        let object = try test.json("GET", Fixture.deployments + "/a")
        #expect(object[path: "spec", "replicas"] == 6)
        #expect(object[path: "metadata", "generation"] == 3)
    }
}
