import Base
import CAllocationCount
import FoundationEssentials
import KubeClient
import KubeCore
import KubeRuntime

/// Times what a Reflector does with the first list of 5,000 pods in pages of 500, and counts what an event of the watch
/// after it allocates. Prints `name value` lines; writes the pages to a folder, so that others can read the same bytes.
@main
enum DecodingBenchmark {
    private static let pods = 5_000
    private static let pageSize = 500
    private static let rounds = 11
    private static let events = 11_000
    /// The events before the count begins.
    private static let warmUp = 1_000

    static func main() async throws {
        guard CommandLine.arguments.count == 2 else { return print("usage: bench-decoding FOLDER-FOR-THE-PAGES") }
        let count = pods / pageSize
        let pages = (0..<count).map { page in
            PodGenerator.page(page * pageSize..<(page + 1) * pageSize, next: page + 1 < count ? "\(page + 1)" : "")
        }
        for (index, page) in pages.enumerated() {
            try Data(page).write(to: URL(filePath: "\(CommandLine.arguments[1])/page-\(index).json"))
        }
        var times: [Duration] = []
        for _ in 0..<rounds { times.append(try await list(pages)) }
        print("bytes", pages.map(\.count).reduce(0, +))
        print("decode_ms", times.sorted()[rounds / 2] / .milliseconds(1))
        print("allocations_per_event", try await allocationsPerEvent(pages))
    }

    private static func reflector(_ transport: PageTransport) -> Reflector<Pod> {
        let client = KubeClient(configuration: ClientConfiguration(server: "http://benchmark"), transport: transport)
        var configuration = WatcherConfiguration()
        configuration.pageSize = pageSize
        configuration.streamsLists = false
        return Reflector(source: ApiSource(Api<Pod>(client)), configuration: configuration)
    }

    /// The time until the store shows all pods.
    private static func list(_ pages: [[UInt8]]) async throws -> Duration {
        let reflector = reflector(PageTransport(pages: pages, events: []))
        let stopwatch = Stopwatch()
        let run = Task { await reflector.run() }
        try await reflector.store.waitUntilSynchronized()
        let elapsed = stopwatch.elapsed
        precondition(reflector.store.count == pods, "\(reflector.store.count) pods instead of \(pods)")
        run.cancel()
        await run.value
        return elapsed
    }

    /// Allocations from a line's bytes to the handler's call, the store's update among them.
    private static func allocationsPerEvent(_ pages: [[UInt8]]) async throws -> Double {
        let reflector = reflector(
            PageTransport(
                pages: [PodGenerator.page(0..<pageSize, next: "")], events: (0..<events).map(PodGenerator.event)))
        let counts = Lock((seen: 0, first: UInt64(0), last: UInt64(0)))
        let done = Latch()
        reflector.addHandler { change in
            if case .added = change { return }
            counts.withLock { counts in
                counts.seen += 1
                if counts.seen == warmUp { counts.first = allocation_count() }
                if counts.seen == events { counts.last = allocation_count() }
                if counts.seen == events { done.open() }
            }
        }
        let run = Task { await reflector.run() }
        try await done.wait()
        run.cancel()
        await run.value
        return counts.withLock { Double($0.last - $0.first) / Double(events - warmUp) }
    }
}
