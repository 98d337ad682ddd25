import KubeCore
import TestSupport
import Testing

/// What every Kubernetes API server does by the API's conventions, asked of both.
@Suite struct ApiConformanceTests {
    private typealias API = ConformanceAPI

    // MARK: Writes

    @Test(arguments: Backend.available)
    func aWriteThatChangesNothingKeepsTheVersion(backend: Backend) async throws {
        let api = try await API(backend)
        let created = try await api.create(api.configMaps, api.configMap("a", ["k": "v"]))
        let path = "\(api.configMaps)/a"
        let put = try await api.send("PUT", path, api.configMap("a", ["k": "v"]))
        let merged = try await api.send("PATCH", path, ["data": ["k": "v"]], type: API.merge)
        let patched = try await api.send(
            "PATCH", path, [["op": "replace", "path": "/data/k", "value": "v"]], type: API.jsonPatch)
        let strategic = try await api.send("PATCH", path, ["data": ["k": "v"]], type: API.strategic)
        for answer in [put, merged, patched, strategic] {
            #expect(answer.status == 200)
            #expect(answer.version == created.version, "\(answer.json.jsonText)")
        }
    }

    @Test(arguments: Backend.available)
    func generationCountsChangesOfTheSpec(backend: Backend) async throws {
        let api = try await API(backend)
        try await api.installGadgets()
        #expect(try await api.create(api.gadgets, api.gadget("g")).generation == 1)
        let path = "\(api.gadgets)/g"
        let steps: [(path: String, patch: JSONValue, generation: Int64)] = [
            (path, ["metadata": ["labels": ["a": "b"]]], 1),
            (path, ["metadata": ["annotations": ["a": "b"]]], 1),
            (path, ["metadata": ["generation": 7]], 1),
            ("\(path)/status", ["status": ["phase": "x"]], 1),
            (path, ["spec": ["size": 1]], 1),
            (path, ["spec": ["size": 2]], 2),
            ("\(path)/scale", ["spec": ["replicas": 5]], 3),
        ]
        for step in steps {
            let answer = try await api.send("PATCH", step.path, step.patch, type: API.merge)
            #expect(answer.status == 200, "\(answer.json.jsonText)")
            let now = try await api.send("GET", path)
            #expect(now.generation == step.generation, "\(step.patch.jsonText)")
        }
    }

    @Test(arguments: Backend.available)
    func statusAndSpecAreWrittenApart(backend: Backend) async throws {
        let api = try await API(backend)
        try await api.installGadgets()
        var object = api.gadget("g")
        object["status"] = ["phase": "early"]
        #expect(try await api.create(api.gadgets, object).json["status"] == nil)
        let path = "\(api.gadgets)/g"
        let patch: JSONValue = ["spec": ["size": 5], "status": ["phase": "x"], "metadata": ["labels": ["l": "1"]]]
        let status = try await api.send("PATCH", "\(path)/status", patch, type: API.merge)
        #expect(status.json[path: "spec", "size"] == 1)
        #expect(status.json[path: "status", "phase"] == "x")
        #expect(status.json[path: "metadata", "labels"] == nil)
        let main = try await api.send(
            "PATCH", path, ["spec": ["size": 6], "status": ["phase": "y"]], type: API.merge)
        #expect(main.json[path: "spec", "size"] == 6)
        #expect(main.json[path: "status", "phase"] == "x")
    }

    @Test(arguments: Backend.available)
    func aDryRunStoresNothing(backend: Backend) async throws {
        let api = try await API(backend)
        let dry = try await api.send("POST", "\(api.configMaps)?dryRun=All", api.configMap("a"))
        #expect(dry.status == 201)
        #expect(try await api.send("GET", "\(api.configMaps)/a").status == 404)
        let created = try await api.create(api.configMaps, api.configMap("a"))
        let path = "\(api.configMaps)/a"
        let patched = try await api.send("PATCH", "\(path)?dryRun=All", ["data": ["k": "v"]], type: API.merge)
        #expect(patched.json[path: "data", "k"] == "v")
        #expect(try await api.send("DELETE", "\(path)?dryRun=All").status == 200)
        #expect(try await api.send("GET", path).json == created.json)
    }

    @Test(arguments: Backend.available)
    func generatedNamesBeginAsAsked(backend: Backend) async throws {
        let api = try await API(backend)
        var object = api.configMap("")
        object["metadata"] = ["generateName": "made-"]
        let names = [try await api.create(api.configMaps, object), try await api.create(api.configMaps, object)]
            .compactMap { $0.json[path: "metadata", "name"]?.stringValue }
        #expect(Set(names).count == 2)
        #expect(names.allSatisfy { $0.hasPrefix("made-") && $0.utf8.count == 10 })
    }

    @Test(arguments: Backend.available)
    func unknownFieldsArePrunedAndDefaultsAreSet(backend: Backend) async throws {
        let api = try await API(backend)
        try await api.installGadgets()
        let created = try await api.create(api.gadgets, api.gadget("g", ["size": 2, "unknown": ["a": 1]]))
        #expect(created.json["spec"] == ["size": 2, "color": "red", "replicas": 1])
        let removed = try await api.send(
            "PATCH", "\(api.gadgets)/g", ["spec": ["color": nil, "other": 1]], type: API.merge)
        #expect(removed.json["spec"] == ["size": 2, "color": "red", "replicas": 1])
        #expect(removed.version == created.version)
    }

    @Test(arguments: Backend.available)
    func scaleIsAViewOfTheObject(backend: Backend) async throws {
        let api = try await API(backend)
        try await api.installGadgets()
        try await api.create(api.gadgets, api.gadget("g"))
        let path = "\(api.gadgets)/g"
        let status: JSONValue = ["status": ["replicas": 2, "selector": "app=g"]]
        #expect(try await api.send("PATCH", "\(path)/status", status, type: API.merge).status == 200)
        var scale = try await api.send("GET", "\(path)/scale").json
        #expect(scale["kind"] == "Scale" && scale["apiVersion"] == "autoscaling/v1")
        #expect(scale["spec"] == ["replicas": 1])
        #expect(scale["status"] == ["replicas": 2, "selector": "app=g"])
        scale[path: "spec", "replicas"] = 4
        let written = try await api.send("PUT", "\(path)/scale", scale)
        #expect(written.status == 200 && written.json[path: "spec", "replicas"] == 4)
        scale[path: "spec", "replicas"] = 5
        #expect(try await api.send("PUT", "\(path)/scale", scale).status == 409)
        #expect(try await api.send("GET", path).json[path: "spec", "replicas"] == 4)
    }

    // MARK: Deletion

    @Test(arguments: Backend.available)
    func preconditionsGuardADeletion(backend: Backend) async throws {
        let api = try await API(backend)
        let created = try await api.create(api.configMaps, api.configMap("a"))
        let path = "\(api.configMaps)/a"
        for condition: JSONValue in [["uid": "another"], ["resourceVersion": "1"]] {
            let options: JSONValue = ["apiVersion": "v1", "kind": "DeleteOptions", "preconditions": condition]
            let answer = try await api.send("DELETE", path, options)
            #expect(answer.status == 409 && answer.json["reason"] == "Conflict", "\(answer.json.jsonText)")
        }
        var right: JSONValue = ["apiVersion": "v1", "kind": "DeleteOptions"]
        right[path: "preconditions", "uid"] = created.json[path: "metadata", "uid"]
        right[path: "preconditions", "resourceVersion"] = created.version
        let answer = try await api.send("DELETE", path, right)
        #expect(answer.status == 200 && answer.json["status"] == "Success")
        #expect(try await api.send("DELETE", path).status == 404)
    }

    @Test(arguments: Backend.available)
    func finalizersHoldADeletedObject(backend: Backend) async throws {
        let api = try await API(backend)
        try await api.installGadgets()
        var object = api.gadget("g")
        object[path: "metadata", "finalizers"] = ["example.com/hold"]
        try await api.create(api.gadgets, object)
        let path = "\(api.gadgets)/g"
        let marked = try await api.send("DELETE", path).json
        let time = marked[path: "metadata", "deletionTimestamp"]
        #expect(time?.stringValue != nil)
        #expect(marked[path: "metadata", "deletionGracePeriodSeconds"] == 0)
        #expect(marked[path: "metadata", "generation"] == 2)
        // A second time changes nothing, and nothing takes the mark away.
        _ = try await api.send("DELETE", path)
        let unmarking: JSONValue = ["metadata": ["deletionTimestamp": nil, "labels": ["a": "b"]]]
        let unmarked = try await api.send("PATCH", path, unmarking, type: API.merge)
        #expect(unmarked.json[path: "metadata", "deletionTimestamp"] == time)
        #expect(unmarked.json[path: "metadata", "labels"] == ["a": "b"])
        // No finalizer may join an object that goes.
        let more: JSONValue = ["metadata": ["finalizers": ["example.com/hold", "example.com/new"]]]
        let refused = try await api.send("PATCH", path, more, type: API.merge)
        // 1.20 names the field twice.
        #expect(refused.status == 422 && Set(refused.fields) == ["metadata.finalizers"], "\(refused.json.jsonText)")
        _ = try await api.send("PATCH", path, ["metadata": ["finalizers": nil]], type: API.merge)
        #expect(try await api.send("GET", path).status == 404)
    }

    @Test(arguments: Backend.available, ["Background", "Foreground", "Orphan"])
    func dependentsFollowThePolicy(backend: Backend, policy: String) async throws {
        let api = try await API(backend)
        let owner = try await api.create(api.configMaps, api.configMap("owner"))
        var child = api.configMap("child")
        child[path: "metadata", "ownerReferences"] = [
            [
                "apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "blockOwnerDeletion": true,
                "uid": owner.json[path: "metadata", "uid"] ?? "",
            ]
        ]
        try await api.create(api.configMaps, child)
        let answer = try await api.send("DELETE", "\(api.configMaps)/owner?propagationPolicy=\(policy)")
        #expect(answer.status == 200)
        let finalizers = ["Foreground": "foregroundDeletion", "Orphan": "orphan"][policy].map { JSONValue([$0]) }
        #expect(answer.json[path: "metadata", "finalizers"] == finalizers)
        try await eventually("the owner is gone") {
            try await api.send("GET", "\(api.configMaps)/owner").status == 404
        }
        if policy == "Orphan" {
            let left = try await api.send("GET", "\(api.configMaps)/child")
            #expect(left.status == 200 && left.json[path: "metadata", "ownerReferences"] == nil)
        } else {
            try await eventually("the child is gone") {
                try await api.send("GET", "\(api.configMaps)/child").status == 404
            }
        }
    }

    // MARK: Apply

    @Test(arguments: Backend.available)
    func applyOwnsWhatItSays(backend: Backend) async throws {
        let api = try await API(backend)
        let path = "\(api.configMaps)/a"
        func apply(_ manager: String, _ data: JSONValue, force: Bool = false) async throws -> API.Answer {
            try await api.send(
                "PATCH", "\(path)?fieldManager=\(manager)&force=\(force)", api.configMap("a", data), type: API.apply)
        }
        #expect(try await apply("one", ["x": "1", "y": "1"]).status == 201)
        let again = try await apply("one", ["x": "1", "y": "1"])
        #expect(again.status == 200)
        #expect(again.version == (try await apply("one", ["x": "1", "y": "1"])).version)
        let conflict = try await apply("two", ["x": "2"])
        #expect(conflict.status == 409 && conflict.json["reason"] == "Conflict")
        #expect(conflict.fields == [".data.x"])
        #expect(conflict.json["message"]?.stringValue?.contains(#"conflict with "one": .data.x"#) == true)
        let causes = conflict.json[path: "details", "causes"]?.arrayValue ?? []
        #expect(causes.map { $0["reason"] } == ["FieldManagerConflict"])
        #expect(try await apply("two", ["x": "2"], force: true).json["data"] == ["x": "2", "y": "1"])
        // What one lets go of is gone unless somebody else has it.
        #expect(try await apply("one", [:]).json["data"] == ["x": "2"])
        let managers = (try await api.send("GET", path)).json[path: "metadata", "managedFields"]?.arrayValue ?? []
        let entries = managers.map {
            "\($0["manager"]?.stringValue ?? "") \($0["operation"]?.stringValue ?? "")"
        }
        #expect(entries == ["two Apply"], "who owns nothing is not named")
    }

    // MARK: Fields of the server's

    @Test(arguments: Backend.available)
    func metadataIsTheServersWhereItIs(backend: Backend) async throws {
        let api = try await API(backend)
        var object = api.configMap("a", ["k": "v"])
        object[path: "metadata", "creationTimestamp"] = "2001-01-01T00:00:00Z"
        object[path: "metadata", "uid"] = "mine"
        object[path: "metadata", "generation"] = 77
        object[path: "metadata", "deletionTimestamp"] = "2001-01-01T00:00:00Z"
        let created = try await api.create(api.configMaps, object).json
        #expect(created[path: "metadata", "creationTimestamp"] != "2001-01-01T00:00:00Z")
        #expect(created[path: "metadata", "uid"] != "mine")
        #expect(created[path: "metadata", "deletionTimestamp"] == nil)
        object["metadata"] = ["name": "b", "resourceVersion": "5"]
        let refused = try await api.send("POST", api.configMaps, object)
        #expect(refused.status >= 400, "resourceVersion must not be set on create")
    }

    @Test(arguments: Backend.available)
    func whatMayNotChangeDoesNot(backend: Backend) async throws {
        let api = try await API(backend)
        try await api.create(api.deployments, api.deployment("d"))
        let selector: JSONValue = ["spec": ["selector": ["matchLabels": ["app": "other"]]]]
        let moved = try await api.send("PATCH", "\(api.deployments)/d", selector, type: API.merge)
        #expect(moved.status == 422, "\(moved.json.jsonText)")
        let services = "/api/v1/namespaces/\(api.namespace)/services"
        let service: JSONValue = [
            "apiVersion": "v1", "kind": "Service", "metadata": ["name": "s"], "spec": ["ports": [["port": 80]]],
        ]
        try await api.create(services, service)
        let address = try await api.send(
            "PATCH", "\(services)/s", ["spec": ["clusterIP": "10.96.255.7"]], type: API.merge)
        #expect(address.status == 422 && address.fields.contains { $0.hasPrefix("spec.clusterIP") })
    }

    /// Quantities, defaults and the difference between a pod and a template.
    @Test(arguments: Backend.available)
    func requestsAreFilledFromLimitsInPodsOnly(backend: Backend) async throws {
        let api = try await API(backend)
        let limits: JSONValue = ["limits": ["example.com/gpu": "2", "memory": "1024Mi"]]
        var deployment = api.deployment("d")
        let containers: JSONValue = [["name": "main", "image": "nginx", "resources": limits]]
        deployment[path: "spec", "template", "spec", "containers"] = containers
        let template = try await api.create(api.deployments, deployment).json
        let resources = template[path: "spec", "template", "spec", "containers"]?[0]?["resources"]
        #expect(resources == ["limits": ["example.com/gpu": "2", "memory": "1Gi"]])
        let pod: JSONValue = [
            "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p"], "spec": ["containers": containers],
        ]
        let created = try await api.createPod(pod).json
        let filled = created[path: "spec", "containers"]?[0]?["resources"]
        #expect(filled?["requests"] == ["example.com/gpu": "2", "memory": "1Gi"])
    }
}
