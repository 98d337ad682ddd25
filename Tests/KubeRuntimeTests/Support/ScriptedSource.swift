import Base
import KubeCore
import KubeRuntime

/// A list-watch source that answers each request with the next step of a script and remembers what was asked. After
/// the script's end, requests stay open until they are cancelled.
final class ScriptedSource: ListWatchSource {
    enum Step: Sendable {
        case page(ObjectList<Widget>)
        case failure(Status)
        /// Sends the events and then ends, fails, or stays open.
        case watch([ListWatchEvent<Widget>], then: End)
        /// Sends what the test yields.
        case live(AsyncStream<ListWatchEvent<Widget>>)
    }
    enum End: Sendable {
        case end, open
        case failure(Status)
    }
    enum Request: Sendable, Equatable {
        case list(ListQuery)
        case watch(from: String?, initialEvents: Bool)
    }

    let requests = Recorder<Request>()
    let closedWatches = Recorder<String?>()
    private let script: Lock<[Step]>

    init(_ script: [Step]) { self.script = Lock(script) }

    private func next() -> Step? { script.withLock { $0.isEmpty ? nil : $0.removeFirst() } }

    func list(_ query: ListQuery) async throws -> ObjectList<Widget> {
        requests.record(.list(query))
        switch next() {
        case .page(let page): return page
        case .failure(let status): throw status
        case .watch, .live: throw Status(code: 500, reason: "Script", message: "a list came where a watch was expected")
        case nil:
            try await Latch().wait()
            throw CancellationError()
        }
    }

    func watch(
        _ query: WatchQuery, _ receive: @escaping @Sendable (ListWatchEvent<Widget>) async throws -> Void
    ) async throws {
        requests.record(.watch(from: query.resourceVersion, initialEvents: query.sendInitialEvents))
        defer { closedWatches.record(query.resourceVersion) }
        switch next() {
        case .watch(let events, let end):
            for event in events { try await receive(event) }
            switch end {
            case .end: return
            case .open: try await Latch().wait()
            case .failure(let status): throw status
            }
        case .live(let stream):
            for await event in stream { try await receive(event) }
            try Task.checkCancellation()
        case .failure(let status): throw status
        case .page: throw Status(code: 500, reason: "Script", message: "a watch came where a list was expected")
        case nil: try await Latch().wait()
        }
    }
}

/// Lists only, waits of fixed length: what most tests start from.
func plainConfiguration(pageSize: Int = 500) -> WatcherConfiguration {
    var configuration = WatcherConfiguration()
    configuration.streamsLists = false
    configuration.pageSize = pageSize
    configuration.backoff.jitter = 0
    return configuration
}
