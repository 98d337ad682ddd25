import HTTPTransport
import KubeClient
import KubeCore
import TestSupport
import Testing

@Suite struct WatchTests {
    private static let lines = [
        #"{"type":"ADDED","object":{"metadata":{"name":"ä","resourceVersion":"1"}}}"#,
        #"{"type":"MODIFIED","object":{"metadata":{"name":"ä","resourceVersion":"2"}}}"#,
        #"{"type":"DELETED","object":{"metadata":{"name":"ä","resourceVersion":"3"}}}"#,
        #"{"type":"BOOKMARK","object":{"kind":"Lease","metadata":{"resourceVersion":"4","annotations":{"k8s.io/initial-events-end":"true"}}}}"#,
        #"{"type":"BOOKMARK","object":{"kind":"Lease","metadata":{"resourceVersion":"5"}}}"#,
        #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"#,
    ]
    private static let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
    private static let expected = [
        "added ä 1", "modified ä 2", "deleted ä 3", "bookmark 4 end", "bookmark 5", "error 410",
    ]

    private func leases(_ response: @escaping @Sendable () -> FakeResponse) -> (Api<Lease>, FakeTransport) {
        let transport = FakeTransport { _ in response() }
        let configuration = ClientConfiguration(server: "http://host")
        let client = KubeClient(configuration: configuration, transport: transport, retryPolicy: .none)
        return (Api(client, namespace: "ns"), transport)
    }

    private func text(_ event: WatchEvent<Lease>) -> String {
        switch event {
        case .added(let lease): "added \(lease.metadata.name) \(lease.metadata.resourceVersion ?? "")"
        case .modified(let lease): "modified \(lease.metadata.name) \(lease.metadata.resourceVersion ?? "")"
        case .deleted(let lease): "deleted \(lease.metadata.name) \(lease.metadata.resourceVersion ?? "")"
        case .bookmark(let mark): "bookmark \(mark.resourceVersion)\(mark.isInitialEventsEnd ? " end" : "")"
        case .error(let status): "error \(status.code ?? 0)"
        }
    }

    private func events(_ chunks: [[UInt8]]) async throws -> [String] {
        let (api, _) = leases { .chunks(chunks) }
        var events: [String] = []
        for try await event in try await api.watch() { events.append(text(event)) }
        return events
    }

    @Test func readsTheSameEventsForEverySplit() async throws {
        for cut in 0...Self.bytes.count {
            let found = try await events([Array(Self.bytes[..<cut]), Array(Self.bytes[cut...])])
            try #require(found == Self.expected, "cut at byte \(cut)")
        }
        #expect(try await events(Self.bytes.map { [$0] }) == Self.expected)
    }

    @Test func readsAnEventLargerThanAnyPiece() async throws {
        let name = String(repeating: "x", count: 3 << 20)
        let line = Array((#"{"type":"ADDED","object":{"metadata":{"name":"\#(name)"}}}"# + "\n").utf8)
        let chunks = stride(from: 0, to: line.count, by: 16384).map { Array(line[$0..<min($0 + 16384, line.count)]) }
        #expect(try await events(chunks) == ["added \(name) "])
    }

    @Test func nothingFollowsAnError() async throws {
        #expect(try await events([Self.bytes + Self.bytes, Self.bytes]) == Self.expected)
    }

    @Test func asksForWhatItWasTold() async throws {
        let (api, transport) = leases { .chunks([]) }
        _ = try await api.watch(WatchOptions(labelSelector: "a", resourceVersion: "12", timeoutSeconds: 60))
        let prefix = "http://host/apis/coordination.k8s.io/v1/namespaces/ns/leases?watch=true"
        #expect(
            transport.requests.last?.url
                == prefix + "&labelSelector=a&resourceVersion=12&allowWatchBookmarks=true&timeoutSeconds=60")
        #expect(transport.requests.last?.idleTimeout == .seconds(90))
        _ = try await api.watch(.streamingList())
        #expect(
            transport.requests.last?.url
                == prefix + "&resourceVersionMatch=NotOlderThan&sendInitialEvents=true&allowWatchBookmarks=true"
                + "&timeoutSeconds=290")
    }

    @Test func aRefusedWatchThrowsTheStatus() async {
        let (api, _) = leases { .failure(410, reason: "Expired") }
        let error = await #expect(throws: KubeError.self) { try await api.watch() }
        #expect(error?.isExpired == true)
    }

    @Test(arguments: [
        (#"{"type":"ADDED","object":{"metadata":{"name":"a"}}}"#, "connectionLost: the watch ended within an event"),
        (#"{"type":"RENAMED","object":{}}"# + "\n", "\"RENAMED\" is no type of watch event"),
        ("{]\n", "cannot read the server's answer"),
        (String(repeating: "x", count: (8 << 20) + 1), "tooLarge: a watch event is longer than 8388608 bytes"),
    ])
    func aBrokenStreamIsAnErrorAndThenOver(_ text: String, _ message: String) async throws {
        let (api, _) = leases { .chunks([Array(text.utf8)]) }
        var events = try await api.watch().makeAsyncIterator()
        let error = await #expect(throws: KubeError.self) { try await events.next() }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        #expect(try await events.next() == nil)
    }

    @Test func cancellingTheReaderClosesTheWatch() async throws {
        let pipe = BodyPipe()
        let (api, _) = leases { FakeResponse(body: pipe.body) }
        let started = AsyncStream<Void>.makeStream()
        let task = Task {
            for try await _ in try await api.watch() { started.continuation.yield() }
        }
        pipe.send(Self.lines[0] + "\n")
        _ = await started.stream.first { _ in true }
        task.cancel()
        await pipe.waitUntilCancelled()
        let error = await #expect(throws: KubeError.self) { try await task.value }
        #expect(error?.isCancelled == true)
    }

    @Test func leavingTheLoopClosesTheWatch() async throws {
        let pipe = BodyPipe()
        let (api, _) = leases { FakeResponse(body: pipe.body) }
        pipe.send(Self.lines[0] + "\n")
        for try await _ in try await api.watch() { break }
        await pipe.waitUntilCancelled()
    }
}
