import KubeCore
import TestSupport
import Testing

@testable import ClusterSimulator

@Suite struct ListWatchTests {
    let test = TestCluster()

    private func create(_ names: String...) throws {
        for name in names {
            try test.json("POST", Fixture.configMaps, Fixture.configMap(name, labels: ["name": name]))
        }
    }

    private func names(_ list: JSONValue) -> [String] {
        (list["items"]?.arrayValue ?? []).map { $0.metadataText("name") }
    }

    @Test func pagesThroughOneSnapshot() throws {
        try create("a", "b", "c", "d")
        let first = try test.json("GET", Fixture.configMaps + "?limit=2")
        #expect(names(first) == ["a", "b"])
        #expect(first[path: "metadata", "remainingItemCount"] == 2)
        try create("bb")
        try test.json("DELETE", Fixture.configMaps + "/d")
        let token = try #require(first[path: "metadata", "continue"]?.stringValue)
        let second = try test.json("GET", Fixture.configMaps + "?limit=2&continue=\(token)")
        #expect(names(second) == ["c", "d"])
        #expect(second[path: "metadata", "continue"] == nil)
        #expect(second[path: "metadata", "resourceVersion"] == first[path: "metadata", "resourceVersion"])
        try create("e")
        test.cluster.compactHistory()
        let late = test.failure { try test.json("GET", Fixture.configMaps + "?limit=2&continue=\(token)") }
        #expect(late?.isExpired == true)
    }

    @Test(arguments: [
        ("labelSelector=name=a", ["a"]), ("labelSelector=name!=a", ["b", "c"]),
        ("labelSelector=name in (a,b)", ["a", "b"]), ("labelSelector=name notin (a, b)", ["c"]),
        ("labelSelector=name", ["a", "b", "c"]), ("labelSelector=!name", []),
        ("fieldSelector=metadata.name=b", ["b"]), ("fieldSelector=metadata.name!=b", ["a", "c"]),
    ])
    func selects(query: String, expected: [String]) throws {
        try create("a", "b", "c")
        #expect(names(try test.json("GET", Fixture.configMaps + "?" + query)) == expected)
    }

    @Test func refusesSelectorsThatItDoesNotKnow() {
        let field = test.failure { try test.json("GET", Fixture.configMaps + "?fieldSelector=data.k=1") }
        #expect(field?.message == "field label not supported: data.k")
        #expect(test.send("GET", Fixture.configMaps + "?labelSelector=a in b").status == 400)
    }

    @Test func aVersionToComeTimesOut() {
        let status = test.failure { try test.json("GET", Fixture.configMaps + "?resourceVersion=999") }
        #expect(status?.code == 504)
        #expect(status?.details?.retryAfterSeconds == 1)
    }

    @Test func watchesFromAVersion() async throws {
        let list = try test.json("GET", Fixture.configMaps)
        let version = list.metadataText("resourceVersion")
        try create("a")
        let watch = test.send("GET", Fixture.configMaps + "?watch=true&resourceVersion=\(version)")
        let first = try await watch.nextEvents()
        #expect(first?.map { $0["type"] } == ["ADDED"])
        try test.json("PATCH", Fixture.configMaps + "/a", ["data": ["k": "1"]], type: TestCluster.merge)
        try test.json("DELETE", Fixture.configMaps + "/a")
        let rest = try await watch.nextEvents()
        #expect(rest?.map { $0["type"] } == ["MODIFIED", "DELETED"])
        #expect(rest?.last?["object"]?["data"] == ["k": "1"])
    }

    @Test func aWaitingWatchIsWoken() async throws {
        let watch = test.send("GET", Fixture.configMaps + "?watch=true&resourceVersion=\(test.cluster.resourceVersion)")
        async let events = watch.nextEvents()
        try create("a")
        #expect(try await events?.count == 1)
    }

    @Test func leavingTheSelectionIsADeletion() async throws {
        try create("a")
        let query = "?watch=true&labelSelector=name=a&resourceVersion=\(test.cluster.resourceVersion)"
        let watch = test.send("GET", Fixture.configMaps + query)
        try create("b")
        for value in ["x", "a"] {
            try test.json(
                "PATCH", Fixture.configMaps + "/a", ["metadata": ["labels": ["name": .string(value)]]],
                type: TestCluster.merge)
        }
        #expect(try await watch.nextEvents()?.map { $0["type"] } == ["DELETED", "ADDED"])
    }

    @Test func compactionEndsAWatch() async throws {
        try create("a")
        let version = test.cluster.resourceVersion
        try create("b")
        test.cluster.compactHistory()
        let watch = test.send("GET", Fixture.configMaps + "?watch=true&resourceVersion=\(version)")
        let events = try await watch.nextEvents()
        #expect(events?.first?["type"] == "ERROR")
        #expect(events?.first?["object"]?["code"] == 410)
        #expect(try await watch.nextEvents() == nil)
    }

    @Test func aSlowWatcherIsCut() async throws {
        let test = TestCluster(historyCapacity: 10)
        let watch = test.send("GET", Fixture.configMaps + "?watch=true&resourceVersion=\(test.cluster.resourceVersion)")
        for index in 0..<20 { try test.json("POST", Fixture.configMaps, Fixture.configMap("m\(index)")) }
        #expect(try await watch.nextEvents()?.first?["type"] == "ERROR")
    }

    @Test func streamsAListWhenAsked() async throws {
        try create("a", "b")
        let query = "?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
        let events = try await test.send("GET", Fixture.configMaps + query).nextEvents()
        #expect(events?.map { $0["type"] } == ["ADDED", "ADDED", "BOOKMARK"])
        let annotations = events?.last?["object"]?[path: "metadata", "annotations"]
        #expect(annotations == ["k8s.io/initial-events-end": "true"])
        let old = TestCluster(offersStreamingLists: false)
        // A server that does not know streaming lists knows no resourceVersionMatch of watches either.
        #expect(old.send("GET", Fixture.configMaps + query).status == 422)
    }

    @Test(.timeLimit(.minutes(1)), arguments: [("1", 1), ("0", 45 * 60), ("\(Int64.max)", 24 * 3600)])
    func endsInTime(asked: String, seconds: Int64) async throws {
        let clock = ManualClock()
        let test = TestCluster(clock: clock)
        let query = "?watch=1&timeoutSeconds=\(asked)&resourceVersion=\(test.cluster.resourceVersion)"
        let response = test.send("GET", Fixture.configMaps + query)
        async let events = response.nextEvents()
        await clock.waitUntilSleeping()
        clock.advance(by: .seconds(seconds))
        #expect(try await events == nil)
    }

    @Test func watchesTables() async throws {
        try create("a", "b")
        let watch = test.send(
            "GET", Fixture.configMaps + "?watch=1", accept: "application/json;as=Table;v=v1;g=meta.k8s.io")
        let events = try await watch.nextEvents() ?? []
        #expect(events.map { $0["object"]?["rows"]?.arrayValue?.count } == [1, 1])
        #expect(events[0]["object"]?["columnDefinitions"]?.isNull == false)
        #expect(events[1]["object"]?["columnDefinitions"]?.isNull == true)
    }
}
