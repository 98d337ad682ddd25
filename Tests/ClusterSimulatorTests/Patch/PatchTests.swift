import KubeCore
import Testing

@testable import ClusterSimulator

@Suite struct PatchTests {
    let test = TestCluster()
    let path = Fixture.deployments + "/a"

    @Test func jsonPatch() throws {
        try test.json("POST", Fixture.deployments, Fixture.deployment("a"))
        let patch: JSONValue = [
            ["op": "test", "path": "/spec/replicas", "value": 1],
            ["op": "replace", "path": "/spec/replicas", "value": 2],
        ]
        #expect(try test.json("PATCH", path, patch, type: TestCluster.jsonPatch)[path: "spec", "replicas"] == 2)
        let failed = test.failure { try test.json("PATCH", path, patch, type: TestCluster.jsonPatch) }
        #expect(failed?.isInvalid == true)
    }

    @Test func aPatchWithAStaleVersionConflicts() throws {
        try test.json("POST", Fixture.deployments, Fixture.deployment("a"))
        let status = test.failure {
            try test.json(
                "PATCH", path, ["metadata": ["resourceVersion": "1"], "spec": ["replicas": 2]],
                type: TestCluster.merge)
        }
        #expect(status?.isConflict == true)
    }

    @Test func unknownPatchTypesAreRefused() throws {
        try test.json("POST", Fixture.deployments, Fixture.deployment("a"))
        #expect(test.send("PATCH", path, [:], type: "text/plain").status == 415)
        try test.json("POST", Fixture.definitions, Fixture.widgetDefinition)
        try test.json("POST", Fixture.widgets, Fixture.widget("w"))
        #expect(test.send("PATCH", Fixture.widgets + "/w", [:], type: TestCluster.strategic).status == 415)
    }

    @Test func strategicMergeMergesContainersByName() throws {
        try test.json("POST", Fixture.deployments, Fixture.deployment("a"))
        let patch: JSONValue = [
            "spec": [
                "template": [
                    "spec": [
                        "$setElementOrder/containers": [["name": "side"], ["name": "main"]],
                        "containers": [["name": "side", "image": "s:1"], ["name": "main", "image": "m:2"]],
                    ]
                ]
            ]
        ]
        let object = try test.json("PATCH", path, patch, type: TestCluster.strategic)
        let containers = object[path: "spec", "template", "spec", "containers"]?.arrayValue ?? []
        #expect(containers.map { $0["name"] } == ["side", "main"])
        #expect(containers.map { $0["image"] } == ["s:1", "m:2"])
        let removal: JSONValue = [
            "spec": ["template": ["spec": ["containers": [["$patch": "delete", "name": "side"]]]]]
        ]
        let rest = try test.json("PATCH", path, removal, type: TestCluster.strategic)
        #expect(rest[path: "spec", "template", "spec", "containers"]?.arrayValue?.count == 1)
    }

    @Test func strategicMergeDirectives() throws {
        let schema = try #require(BuiltInSchemas.schema("apps.v1.Deployment"))
        let live: JSONValue = [
            "metadata": ["finalizers": ["a", "b"]],
            "spec": ["strategy": ["type": "RollingUpdate", "rollingUpdate": ["maxSurge": 1]]],
        ]
        let patch: JSONValue = [
            "metadata": ["$deleteFromPrimitiveList/finalizers": ["a"], "finalizers": ["c"]],
            "spec": ["strategy": ["$retainKeys": ["type"], "type": "Recreate"]],
        ]
        let result = try StrategicMergePatch.apply(patch, to: live, schema)
        #expect(result[path: "metadata", "finalizers"] == ["b", "c"])
        #expect(result[path: "spec", "strategy"] == ["type": "Recreate"])
        let replaced = try StrategicMergePatch.apply(
            ["spec": ["strategy": ["$patch": "replace", "type": "Recreate"]]], to: live, schema)
        #expect(replaced[path: "spec", "strategy"] == ["type": "Recreate"])
    }
}
