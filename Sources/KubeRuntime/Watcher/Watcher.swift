public import Base
import KubeCore
public import Telemetry

/// Keeps in step with the objects of one kind, whatever the connection and the server do.
///
///     await Watcher(source: pods).run { events in ... }
///
/// ## Guarantees
/// - Events come in order, one call at a time. First a whole list, then changes. After a gap that the server cannot
///   fill (410) a whole list comes again; whoever keeps state replaces it (see `StoreWriter`).
/// - It ends only when its task is cancelled, and the watch on the server with it. Every error is retried after a
///   jittered back-off, logged and counted.
/// - A dead connection is noticed after `idleTimeout`.
///
/// ## Caveats
/// Between a change and its event lies the network; several changes of an object may show as the last one only.
public struct Watcher<Source: ListWatchSource>: Sendable {
    public typealias Object = Source.Object
    public typealias Receiver = @Sendable ([WatcherEvent<Object>]) async -> Void

    private let source: Source
    private let configuration: WatcherConfiguration
    private let stopwatch: Stopwatch
    private let log: Logger
    private let metrics: WatcherMetrics?
    private let makeRandom: @Sendable () -> any RandomNumberGenerator

    /// - Parameter random: makes the source of jitter; tests inject a seeded one.
    public init(
        source: Source, configuration: WatcherConfiguration = WatcherConfiguration(),
        clock: any Clock<Duration> = MonotonicClock(), log: Logger = Logger(), registry: MetricsRegistry? = nil,
        random: @escaping @Sendable () -> any RandomNumberGenerator = { SystemRandomNumberGenerator() }
    ) {
        self.source = source
        self.configuration = configuration
        stopwatch = Stopwatch(clock)
        self.log = log.named("watcher").with(["resource": Object.resourceType.groupResource])
        metrics = registry.map { WatcherMetrics(resource: Object.resourceType.groupResource, registry: $0) }
        makeRandom = random
    }

    /// Runs until the task is cancelled.
    public func run(_ receive: @escaping Receiver) async {
        let machine = Lock(
            WatcherStateMachine<Object>(
                pageSize: configuration.pageSize, streamsLists: configuration.streamsLists))
        var backoff = QuietBackoff(configuration.backoff, reset: configuration.backoffReset)
        var random = makeRandom()
        while !Task.isCancelled {
            guard await advance(machine, &random, receive) == .afterBackoff else { continue }
            let delay = backoff.delay(now: stopwatch.elapsed, using: &random)
            // Cancellation ends the sleep; the loop sees it.
            try? await stopwatch.clock.sleep(for: delay)
        }
    }

    private func advance(
        _ machine: Lock<WatcherStateMachine<Object>>, _ random: inout any RandomNumberGenerator,
        _ receive: @escaping Receiver
    ) async -> WatcherStateMachine<Object>.Next {
        let (step, events) = machine.withLock { $0.start() }
        if !events.isEmpty { await receive(events) }
        do {
            switch step {
            case .list(let query): return try await list(query, machine, receive)
            case .watch(let version):
                let seconds = Int.random(in: configuration.watchSeconds, using: &random)
                let query = WatchQuery(
                    resourceVersion: version, sendInitialEvents: version == nil, timeoutSeconds: seconds)
                return try await watch(query, machine, receive)
            }
        } catch {
            return failed(error, step, machine)
        }
    }

    private func list(
        _ query: ListQuery, _ machine: Lock<WatcherStateMachine<Object>>, _ receive: Receiver
    ) async throws -> WatcherStateMachine<Object>.Next {
        if query.continue == nil { metrics?.listed() }
        let page = try await withTimeout(configuration.listTimeout, clock: stopwatch.clock) { [source] in
            try await source.list(query)
        }
        guard let events = machine.withLock({ $0.received(page) }) else { throw ListWithoutResourceVersion() }
        await receive(events)
        return .now
    }

    private func watch(
        _ query: WatchQuery, _ machine: Lock<WatcherStateMachine<Object>>, _ receive: @escaping Receiver
    ) async throws -> WatcherStateMachine<Object>.Next {
        metrics?.watched()
        let lastEvent = Lock(stopwatch.elapsed)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [source, stopwatch] in
                try await source.watch(query) { event in
                    lastEvent.withLock { $0 = stopwatch.elapsed }
                    let events = machine.withLock { $0.received(event) }
                    if !events.isEmpty { await receive(events) }
                }
            }
            group.addTask { try await waitForSilence(since: lastEvent) }
            defer { group.cancelAll() }
            try await group.next()
        }
        return machine.withLock { $0.ended() }
    }

    /// Throws once nothing was heard for `idleTimeout`.
    private func waitForSilence(since lastEvent: Lock<Duration>) async throws {
        while true {
            let deadline = lastEvent.withLock { $0 } + configuration.idleTimeout
            if stopwatch.elapsed >= deadline { throw TimedOut(limit: configuration.idleTimeout) }
            try await stopwatch.sleep(until: deadline)
        }
    }

    private func failed(
        _ error: any Error, _ step: WatcherStateMachine<Object>.Step, _ machine: Lock<WatcherStateMachine<Object>>
    ) -> WatcherStateMachine<Object>.Next {
        let failure = WatcherStateMachine<Object>.Failure(error)
        let next = machine.withLock { $0.failed(failure) }
        if Task.isCancelled { return next }
        metrics?.failed(failure.description)
        let message = if case .list = step { "list failed" } else { "watch failed" }
        switch failure {
        case .expired: log.info("\(message): history is gone, listing again", error: error)
        case .refused where next == .now: log.info("server has no streaming lists, listing in pages")
        case .refused, .other: log.warning("\(message), retrying", error: error)
        }
        return next
    }
}

extension WatcherStateMachine.Failure: CustomStringConvertible {
    init(_ error: any Error) {
        let status = apiStatus(of: error)
        self =
            if status?.isExpired == true {
                .expired
            } else if status?.isInvalid == true || status?.code == 400 {
                .refused
            } else {
                .other
            }
    }

    var description: String {
        switch self {
        case .expired: "expired"
        case .refused: "refused"
        case .other: "error"
        }
    }
}

/// A list without a resourceVersion cannot be followed by a watch.
struct ListWithoutResourceVersion: Error, CustomStringConvertible {
    var description: String { "the list has no metadata.resourceVersion" }
}
