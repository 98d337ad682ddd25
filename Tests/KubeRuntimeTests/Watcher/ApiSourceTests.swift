import HTTPTransport
import KubeClient
import KubeCore
import KubeRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ApiSourceTests {
    private func source(_ answer: FakeResponse) -> (ApiSource<Widget>, FakeTransport) {
        let transport = FakeTransport(answers: [answer])
        let client = KubeClient(
            configuration: ClientConfiguration(server: "http://h"), transport: transport, retryPolicy: .none)
        return (ApiSource(Api<Widget>(client, namespace: "ns"), labelSelector: "app=r1"), transport)
    }

    @Test func listsPagesOfWhatTheSelectorChooses() async throws {
        let (source, transport) = source(
            .json(#"{"metadata":{"resourceVersion":"7","continue":"more"},"items":[{"metadata":{"name":"a"}}]}"#))
        let page = try await source.list(ListQuery(limit: 5, continue: "token"))
        #expect(page.items.map(\.metadata.name) == ["a"])
        #expect(page.metadata.continue == "more")
        let url = try #require(transport.requests.first?.url)
        #expect(url.hasPrefix("http://h/apis/example.com/v1/namespaces/ns/widgets?"))
        for item in ["labelSelector=app%3Dr1", "limit=5", "continue=token"] { #expect(url.contains(item)) }
    }

    @Test func handsOverEventsAndThrowsTheServersError() async throws {
        let widget = #"{"metadata":{"name":"a","resourceVersion":"8"}}"#
        let lines = [
            #"{"type":"ADDED","object":\#(widget)}"#, #"{"type":"MODIFIED","object":\#(widget)}"#,
            #"{"type":"DELETED","object":\#(widget)}"#,
            #"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}"#,
            #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired","message":"too old"}}"#,
        ]
        let (source, transport) = source(.json(lines.map { $0 + "\n" }.joined()))
        let seen = Recorder<String>()
        let error = await #expect(throws: KubeError.self) {
            try await source.watch(WatchQuery(resourceVersion: "7", timeoutSeconds: 300)) { event in
                switch event {
                case .applied(let object): seen.record("applied \(object.metadata.name)")
                case .deleted(let object): seen.record("deleted \(object.metadata.name)")
                case .bookmark(let version, let endsList): seen.record("bookmark \(version) \(endsList)")
                }
            }
        }
        #expect(error?.isExpired == true)
        #expect(seen.entries == ["applied a", "applied a", "deleted a", "bookmark 9 false"])
        let url = try #require(transport.requests.first?.url)
        for item in [
            "watch=true", "resourceVersion=7", "allowWatchBookmarks=true", "timeoutSeconds=300",
            "labelSelector=app%3Dr1",
        ] { #expect(url.contains(item), "\(item) in \(url)") }
    }
}
