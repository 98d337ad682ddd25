import Base
import HTTPTransport
import KubeCore
import KubeRuntime
import Telemetry
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct EventRecorderTests {
    let clock = ManualClock()
    let registry = MetricsRegistry()
    let widget = Widget("w")

    func makeRecorder(_ server: EventServer, log: Logger = Logger(level: .error)) -> EventRecorder {
        EventRecorder(
            client: server.client, component: "example.com/op", instance: "op-0", log: log, registry: registry,
            clock: clock, wallClock: { [clock] in Timestamp(seconds: 1_800_000_000) + clock.now.offset })
    }

    func record(_ recorder: EventRecorder, _ note: String = "scaled", _ object: Widget? = nil) {
        recorder.record(.normal, reason: "ScaledUp", action: "Scale", note: note, regarding: object ?? widget)
    }

    /// Runs the recorder while `body` runs, and until it has flushed.
    func running(_ recorder: EventRecorder, _ body: () async throws -> Void) async throws {
        let task = Task { try await recorder.run() }
        try await body()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    func dropped(_ reason: String) -> Double {
        let prefix = #"events_dropped_total{reason="\#(reason)"} "#
        let line = registry.text().split(separator: "\n").first { $0.hasPrefix(prefix) }
        return line.flatMap { Double($0.dropFirst(prefix.count)) } ?? 0
    }

    @Test func writesTheNewForm() async throws {
        let server = EventServer()
        let recorder = makeRecorder(server)
        try await running(recorder) {
            record(recorder)
            try await server.writes.waitFor(1)
        }
        let write = try #require(server.writes.entries.first)
        #expect(write.method == "POST")
        #expect(write.path == "/apis/events.k8s.io/v1/namespaces/ns/events")
        let name = try #require(write.body[path: "metadata", "name"]?.stringValue)
        #expect(name.wholeMatch(of: /w\.[0-9a-f]{1,16}/) != nil)
        let expected: JSONValue = [
            "apiVersion": "events.k8s.io/v1", "kind": "Event", "metadata": ["name": .string(name), "namespace": "ns"],
            "type": "Normal", "reason": "ScaledUp", "action": "Scale", "note": "scaled",
            "eventTime": "2027-01-15T08:00:00.000000Z", "reportingController": "example.com/op",
            "reportingInstance": "op-0",
            "regarding": [
                "apiVersion": "example.com/v1", "kind": "Widget", "namespace": "ns", "name": "w", "uid": "uid-w",
            ],
        ]
        #expect(write.body == expected)
    }

    @Test func writesTheOldFormWhereThereIsNoOther() async throws {
        let server = EventServer(hasNewAPI: false)
        let recorder = makeRecorder(server)
        try await running(recorder) {
            recorder.record(.warning, reason: "Failed", action: "Scale", note: "quota", regarding: widget)
            try await server.writes.waitFor(1)
            clock.advance(by: .seconds(3))
            recorder.record(.warning, reason: "Failed", action: "Scale", note: "quota", regarding: widget)
            try await server.writes.waitFor(2)
        }
        let writes = server.writes.entries
        #expect(writes[0].path == "/api/v1/namespaces/ns/events")
        let body = writes[0].body
        #expect(body["type"] == "Warning" && body["message"] == "quota" && body["count"] == 1)
        #expect(body["involvedObject"]?["uid"] == "uid-w")
        #expect(body["source"] == ["component": "example.com/op", "host": "op-0"])
        #expect(body["firstTimestamp"] == "2027-01-15T08:00:00Z")
        // With an eventTime the server would hold it to the rules of the new form.
        #expect(body["eventTime"] == nil)
        #expect(writes[1].method == "PATCH")
        #expect(writes[1].body == ["count": 2, "lastTimestamp": "2027-01-15T08:00:03Z"])
    }

    @Test func repeatsBecomeASeriesThatIsRarelyWritten() async throws {
        let server = EventServer()
        let recorder = makeRecorder(server)
        try await running(recorder) {
            record(recorder)
            try await server.writes.waitFor(1)
            record(recorder)
            try await server.writes.waitFor(2)
            for _ in 0..<3 { record(recorder) }
            await clock.waitUntilSleeping()
            clock.advance(by: .seconds(29))
            record(recorder)
            await clock.waitUntilSleeping()
            #expect(server.writes.entries.count == 2)
            clock.advance(by: .seconds(1))
            try await server.writes.waitFor(3)
        }
        let writes = server.writes.entries
        #expect(writes.map(\.method) == ["POST", "PATCH", "PATCH"])
        let name = try #require(writes[0].body[path: "metadata", "name"]?.stringValue)
        #expect(writes[1].path == "/apis/events.k8s.io/v1/namespaces/ns/events/\(name)")
        #expect(writes[1].body == ["series": ["count": 2, "lastObservedTime": "2027-01-15T08:00:00.000000Z"]])
        #expect(writes[2].body == ["series": ["count": 6, "lastObservedTime": "2027-01-15T08:00:29.000000Z"]])
    }

    @Test(arguments: [(360, "PATCH"), (361, "POST")])
    func anOccurrenceAfterSixMinutesIsANewEvent(_ seconds: Int, _ method: String) async throws {
        let server = EventServer()
        let recorder = makeRecorder(server)
        try await running(recorder) {
            record(recorder)
            try await eventually { [registry] in registry.text().contains(#"event_writes_total{operation="create"} 1"#)
            }
            clock.advance(by: .seconds(seconds))
            record(recorder)
            try await server.writes.waitFor(2)
        }
        #expect(server.writes.entries.map(\.method) == ["POST", method])
    }

    @Test func differentEventsAreNoSeries() async throws {
        let server = EventServer()
        let recorder = makeRecorder(server)
        try await running(recorder) {
            record(recorder, "a")
            record(recorder, "b")
            record(recorder, "a", Widget("w", uid: "another of that name"))
            try await server.writes.waitFor(3)
        }
        #expect(server.writes.entries.map(\.method) == ["POST", "POST", "POST"])
    }

    @Test func anObjectMayHaveTwentyFiveEventsAndOneEveryFiveMinutes() async throws {
        let server = EventServer()
        let recorder = makeRecorder(server)
        try await running(recorder) {
            for number in 0..<27 { record(recorder, "\(number)") }
            #expect(dropped("spam") == 2)
            record(recorder, "another object", Widget("other"))
            clock.advance(by: .seconds(300))
            for number in 27..<29 { record(recorder, "\(number)") }
            #expect(dropped("spam") == 3)
            try await server.writes.waitFor(27)
        }
        #expect(server.writes.entries.count == 27)
    }

    @Test func whatWaitsIsBounded() {
        let recorder = makeRecorder(EventServer())
        for number in 0..<1003 { record(recorder, "x", Widget("w\(number)")) }
        #expect(dropped("full") == 3)
        record(recorder, "x", Widget("w0"))
        #expect(dropped("full") == 3, "a repeat needs no room")
    }

    @Test func whatIsWrittenMakesRoom() async throws {
        let server = EventServer()
        let recorder = makeRecorder(server)
        try await running(recorder) {
            for number in 0..<1000 { record(recorder, "x", Widget("a\(number)")) }
            try await server.writes.waitFor(1000)
            try await eventually { [registry] in registry.text().contains(#"operation="create"} 1000"#) }
            for number in 0..<1000 { record(recorder, "x", Widget("b\(number)")) }
            try await server.writes.waitFor(2000)
        }
        #expect(dropped("full") == 0)
    }
}

/// What the server refuses, and what must be written at the end.
extension EventRecorderTests {
    @Test(arguments: [400, 403, 404, 422])
    func whatTheServerRefusesIsDropped(_ code: Int) async throws {
        let server = EventServer { number, _ in
            number == 0 ? .failure(code, reason: "Refused") : .json("{}")
        }
        let recorder = makeRecorder(server)
        try await running(recorder) {
            record(recorder, "refused")
            record(recorder, "taken")
            try await server.writes.waitFor(2)
        }
        #expect(server.writes.entries.compactMap { $0.body["note"]?.stringValue } == ["refused", "taken"])
        #expect(dropped("rejected") == 1)
    }

    @Test(arguments: [
        (404, "NotFound", "", false), (422, "Invalid", "", true), (403, "Forbidden", "NamespaceTerminating", false),
    ])
    func anEndingNamespaceIsNoWarning(_ code: Int, _ reason: String, _ cause: String, _ warns: Bool) async throws {
        let lines = LineSink()
        let server = EventServer { _, _ in
            .json(
                #"{"kind":"Status","reason":"\#(reason)","code":\#(code),"details":{"causes":[{"reason":"\#(cause)"}]}}"#,
                status: code)
        }
        let recorder = makeRecorder(server, log: Logger(level: .debug, sink: lines))
        try await running(recorder) {
            record(recorder)
            try await lines.lines.waitFor(1)
        }
        #expect(lines.lines.entries.map { $0.contains(" warning ") } == [warns], "\(lines.lines.entries)")
    }

    @Test(arguments: [429, 500, 503, nil])
    func whatMayPassIsTriedAgain(_ code: Int?) async throws {
        let server = EventServer { number, _ throws(TransportError) in
            if number == 2 { return .failure(409, reason: "AlreadyExists") }
            guard let code else { throw TransportError(.connect, "down") }
            return .failure(code, reason: "Later")
        }
        let recorder = makeRecorder(server)
        try await running(recorder) {
            record(recorder)
            for number in 1...2 {
                try await server.writes.waitFor(number)
                // The recorder sleeps before the next try, and nobody else does.
                await clock.waitUntilSleeping()
                clock.advance(by: .seconds(30))
            }
            try await eventually { [registry] in registry.text().contains(#"operation="create"} 1"#) }
        }
        let names = server.writes.entries.map { $0.body[path: "metadata", "name"] }
        #expect(names.count == 3 && Set(names).count == 1, "the same event each time")
    }

    @Test func itGivesUpAtLast() async throws {
        let server = EventServer { number, _ in
            number < 4 ? .failure(503, reason: "ServiceUnavailable") : .json("{}")
        }
        let recorder = makeRecorder(server)
        try await running(recorder) {
            record(recorder)
            for number in 1...3 {
                try await server.writes.waitFor(number)
                await clock.waitUntilSleeping()
                clock.advance(by: .seconds(30))
            }
            try await eventually { [self] in dropped("failed") == 1 }
            record(recorder)
            try await server.writes.waitFor(5)
        }
        #expect(server.writes.entries.map(\.method) == Array(repeating: "POST", count: 5))
    }

    @Test func aSeriesGoesOnWhenItsEventHasExpired() async throws {
        let server = EventServer { _, write in
            write.method == "PATCH" ? .failure(404, reason: "NotFound") : .json("{}")
        }
        let recorder = makeRecorder(server)
        try await running(recorder) {
            record(recorder)
            try await server.writes.waitFor(1)
            record(recorder)
            try await server.writes.waitFor(3)
        }
        let writes = server.writes.entries
        #expect(writes.map(\.method) == ["POST", "PATCH", "POST"])
        #expect(writes[2].body[path: "series", "count"] == 2)
        #expect(writes[2].body[path: "metadata", "name"] != writes[0].body[path: "metadata", "name"])
    }

    @Test func whatWaitsIsWrittenAtTheEnd() async throws {
        let server = EventServer { number, _ throws(TransportError) in
            if number == 0 {
                do { try await Latch().wait() } catch { throw TransportError(.cancelled, "cancelled") }
            }
            return .json("{}")
        }
        let recorder = makeRecorder(server)
        try await running(recorder) {
            record(recorder, "in flight")
            try await server.writes.waitFor(1)
            record(recorder, "waits")
        }
        #expect(
            server.writes.entries.compactMap { $0.body["note"]?.stringValue } == ["in flight", "in flight", "waits"])
    }

    @Test func theEndTakesOneSecondAtMost() async throws {
        let server = EventServer { _, _ throws(TransportError) in
            do { try await Latch().wait() } catch { throw TransportError(.cancelled, "cancelled") }
            return .json("{}")
        }
        let recorder = makeRecorder(server)
        let task = Task { try await recorder.run() }
        record(recorder, "a")
        record(recorder, "b")
        try await server.writes.waitFor(1)
        task.cancel()
        try await server.writes.waitFor(2)
        await clock.waitUntilSleeping()
        clock.advance(by: .seconds(1))
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(dropped("shutdown") == 2)
    }

    @Test func textsAreCutToWhatTheAPIAccepts() async throws {
        let server = EventServer()
        let recorder = makeRecorder(server)
        try await running(recorder) {
            recorder.record(
                .normal, reason: String(repeating: "r", count: 200), action: String(repeating: "a", count: 128),
                note: "x" + String(repeating: "é", count: 600), regarding: Widget("system:Role"))
            record(recorder, "long name", Widget(String(repeating: "n", count: 235) + "--" + "tail"))
            try await server.writes.waitFor(2)
        }
        let (cut, long) = (server.writes.entries[0].body, server.writes.entries[1].body)
        #expect(cut["reason"]?.stringValue?.utf8.count == 128)
        #expect(cut["action"]?.stringValue?.utf8.count == 128)
        #expect(cut["note"]?.stringValue == "x" + String(repeating: "é", count: 511))
        #expect(cut[path: "metadata", "name"]?.stringValue?.hasPrefix("widget.") == true)
        let name = try #require(long[path: "metadata", "name"]?.stringValue)
        #expect(name.utf8.count <= 253 && name.wholeMatch(of: /n{235}\.[0-9a-f]{16}/) != nil)
    }

    @Test func eventsOfClusterScopedObjectsAreInDefault() async throws {
        let server = EventServer()
        let recorder = makeRecorder(server)
        var global = widget
        global.metadata.namespace = nil
        try await running(recorder) {
            record(recorder, "x", global)
            try await server.writes.waitFor(1)
        }
        #expect(server.writes.entries[0].path == "/apis/events.k8s.io/v1/namespaces/default/events")
        #expect(server.writes.entries[0].body["regarding"]?["namespace"] == nil)
    }
}

/// Keeps lines for a test.
final class LineSink: LogSink {
    let lines = Recorder<String>()
    func write(_ line: [UInt8]) { lines.record(String(decoding: line, as: UTF8.self)) }
}
