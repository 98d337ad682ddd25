import KubeCore
import TestSupport
import Testing

/// How every Kubernetes API server lists, watches and shows objects, asked of both.
@Suite struct ApiReadConformanceTests {
    private typealias API = ConformanceAPI

    // MARK: Lists and watches

    @Test(arguments: Backend.available)
    func pagesShowOneSnapshot(backend: Backend) async throws {
        let api = try await API(backend)
        for name in ["a", "b", "c", "d", "e"] { try await api.create(api.configMaps, api.configMap(name)) }
        let first = try await api.send("GET", "\(api.configMaps)?limit=2")
        try await api.create(api.configMaps, api.configMap("ab"))
        #expect(try await api.send("DELETE", "\(api.configMaps)/d").status == 200)
        var names = first.names
        var page = first
        while let token = page.json[path: "metadata", "continue"]?.stringValue, !token.isEmpty {
            page = try await api.send("GET", "\(api.configMaps)?limit=2&continue=\(token)")
            #expect(page.version == first.version)
            names += page.names
        }
        #expect(names.filter { $0 != "kube-root-ca.crt" } == ["a", "b", "c", "d", "e"])
        #expect(first.json[path: "metadata", "remainingItemCount"]?.intValue ?? 0 >= 3)
        let exact = try await api.send(
            "GET",
            "\(api.configMaps)?limit=500&resourceVersionMatch=Exact&resourceVersion="
                + (first.version?.stringValue ?? ""))
        #expect(exact.names == names)
        let late = try await api.send(
            "GET",
            "\(api.configMaps)?resourceVersionMatch=NotOlderThan&resourceVersion=" + (first.version?.stringValue ?? ""))
        #expect(late.names.contains("ab") && !late.names.contains("d"))
    }

    @Test(arguments: Backend.available)
    func watchesBeginWhereTheyAreTold(backend: Backend) async throws {
        let api = try await API(backend)
        let created = try await api.create(api.configMaps, api.configMap("a", labels: ["l": "1"]))
        let path = "\(api.configMaps)/a"
        _ = try await api.send("PATCH", path, ["data": ["k": "v"]], type: API.merge)
        _ = try await api.send("PATCH", path, ["metadata": ["labels": ["l": "2"]]], type: API.merge)
        let gone = try await api.send("DELETE", path)
        #expect(gone.status == 200)
        let version = created.version?.stringValue ?? ""
        let kinds: (JSONValue) -> String = { $0["type"]?.stringValue ?? "" }
        let one = "fieldSelector=metadata.name%3Da&resourceVersion=\(version)"
        let all = try await api.watch(api.configMaps, one)
        #expect(all.events.map(kinds) == ["MODIFIED", "MODIFIED", "DELETED"])
        // A deletion is a change too: it has a version of its own.
        let versions = all.events.compactMap { $0["object"]?[path: "metadata", "resourceVersion"]?.stringValue }
        #expect(Set(versions).count == 3 && !versions.contains(version))
        let selected = try await api.watch(api.configMaps, "labelSelector=l%3D1&resourceVersion=\(version)")
        #expect(selected.events.map(kinds) == ["MODIFIED", "DELETED"], "leaving the selection is a deletion")
        let entering = try await api.watch(api.configMaps, "labelSelector=l%3D2&resourceVersion=\(version)")
        #expect(entering.events.map(kinds) == ["ADDED", "DELETED"])
        try await api.create(api.configMaps, api.configMap("b"))
        let from0 = try await api.watch(api.configMaps, "fieldSelector=metadata.name%3Db&resourceVersion=0")
        #expect(from0.events.map(kinds) == ["ADDED"])
    }

    @Test(arguments: Backend.available)
    func fieldSelectorsSelect(backend: Backend) async throws {
        let api = try await API(backend)
        for name in ["a", "b"] {
            try await api.createPod(
                [
                    "metadata": ["name": .string(name)],
                    "spec": [
                        "nodeName": .string("node-\(name)"), "containers": [["name": "main", "image": "nginx:1"]],
                    ],
                ])
        }
        for selector in [
            "metadata.name%3Da", "spec.nodeName%3Dnode-a", "spec.nodeName%3Dnode-a%2Cstatus.phase%3DPending",
            "metadata.name!%3Db", "metadata.namespace%3D\(api.namespace)%2Cmetadata.name%3D%3Da",
        ] {
            let list = try await api.send("GET", "\(api.pods)?fieldSelector=\(selector)")
            #expect(list.names == ["a"], "\(selector)")
        }
        #expect(try await api.send("GET", "\(api.pods)?fieldSelector=status.phase%3DRunning").names == [])
    }

    // MARK: Representations

    @Test(arguments: Backend.available)
    func tablesAndMetadataAreServed(backend: Backend) async throws {
        let api = try await API(backend)
        try await api.installGadgets()
        try await api.create(api.gadgets, api.gadget("g", ["size": 3]))
        let table = try await api.send(
            "GET", api.gadgets, accept: "application/json;as=Table;g=meta.k8s.io;v=v1")
        #expect(table.json["kind"] == "Table" && table.json["apiVersion"] == "meta.k8s.io/v1")
        let columns = (table.json["columnDefinitions"]?.arrayValue ?? []).map { $0["name"] }
        #expect(columns == ["Name", "Size"])
        let rows = table.json["rows"]?.arrayValue ?? []
        #expect(rows.map { $0["cells"] } == [["g", 3]])
        #expect(rows.first?["object"]?["kind"] == "PartialObjectMetadata")
        let list = try await api.send(
            "GET", api.gadgets, accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
        #expect(list.json["kind"] == "PartialObjectMetadataList" && list.names == ["g"])
        #expect(list.json["items"]?.arrayValue?.first?["spec"] == nil)
        let one = try await api.send(
            "GET", "\(api.gadgets)/g", accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1")
        #expect(one.json["kind"] == "PartialObjectMetadata" && one.json["spec"] == nil)
        #expect(one.json[path: "metadata", "name"] == "g")
    }

    /// What informers read that need no more than metadata.
    @Test(arguments: Backend.available)
    func watchesOfMetadataHoldNoMore(backend: Backend) async throws {
        let api = try await API(backend)
        try await api.create(api.configMaps, api.configMap("a", ["k": "v"]))
        // As client-go's metadata client asks, but for protobuf.
        let accept = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
        let watched = try await api.watch(
            api.configMaps, "fieldSelector=metadata.name%3Da&resourceVersion=0", accept: accept)
        let object = watched.events.first?["object"]
        #expect(object?["kind"] == "PartialObjectMetadata" && object?["data"] == nil)
        #expect(object?[path: "metadata", "name"] == "a")
    }

    @Test(arguments: Backend.available)
    func bookmarksTellHowFarAWatchIs(backend: Backend) async throws {
        let api = try await API(backend)
        let created = try await api.create(api.configMaps, api.configMap("a"))
        let version = created.version?.stringValue ?? ""
        let watched = try await api.watch(
            api.configMaps, "allowWatchBookmarks=true&fieldSelector=metadata.name%3Dnone&resourceVersion=\(version)",
            seconds: 3)
        // A server sends one when it likes, which may be never in so short a time.
        for event in watched.events {
            #expect(event["type"] == "BOOKMARK")
            #expect(event["object"]?["kind"] == "ConfigMap")
            let reached = event["object"]?[path: "metadata", "resourceVersion"]?.stringValue.flatMap { Int64($0) } ?? 0
            #expect(reached >= Int64(version) ?? 0)
        }
    }

    @Test(arguments: Backend.available)
    func aVersionToComeIsNotServed(backend: Backend) async throws {
        let api = try await API(backend)
        let list = try await api.send("GET", "\(api.configMaps)?resourceVersion=9999999999")
        #expect(list.status == 504 && list.json["reason"] == "Timeout", "\(list.json.jsonText)")
    }
}
