public import Base
public import KubeClient
public import KubeCore
public import Telemetry

/// Tells people what a controller did, as events on the objects concerned.
///
///     recorder.record(
///         .normal, reason: "ScaledUp", action: "Scale", note: "scaled from 1 to 3 replicas", regarding: cluster)
///
/// ## Guarantees
/// - `record` never waits and never fails. What cannot be written is dropped and counted.
/// - Equal events within six minutes of each other make up a series: one object on the server, whose count is brought
///   up to date at once for the first repeat and every 30 s from then on.
/// - An object may have 25 new events at once and one more every five minutes, as in client-go. Repeats are free.
/// - Memory is bounded: 1,000 new events wait at most, 4,096 series are remembered.
/// - When `run` is cancelled, what waits is still written, for at most one second.
///
/// ## Caveats
/// Events are for people and best effort: nothing may depend on their arrival.
public final class EventRecorder: Sendable {
    static let flushLimit = Duration.seconds(1)
    static let maxRetries = 3
    static let backoff = Backoff(initial: .seconds(1), maximum: .seconds(30), factor: 2, jitter: 0.5)

    private let client: KubeClient
    private let component: String
    private let instance: String
    private let log: Logger
    private let metrics: EventRecorderMetrics?
    private let stopwatch: Stopwatch
    private let wallClock: @Sendable () -> Timestamp
    private let correlator = Lock(EventCorrelator())
    private let queue: DelayingQueue<EventOccurrence>

    /// - Parameters:
    ///   - client: with a client that is fenced by a leader election, only the leader's events pass.
    ///   - component: the controller, as a qualified name such as `example.com/operator`.
    ///   - instance: this process, such as its pod's name; cut to 128 bytes.
    ///   - clock: monotonic.
    ///   - wallClock: for the times that events carry.
    public init(
        client: KubeClient, component: String, instance: String, log: Logger = Logger(),
        registry: MetricsRegistry? = nil, clock: any Clock<Duration> = MonotonicClock(),
        wallClock: @escaping @Sendable () -> Timestamp = { Timestamp(nanoseconds: Logger.systemTime()) }
    ) {
        self.client = client
        self.component = component
        self.instance = instance.cut(toBytes: 128)
        self.log = log.named("events")
        self.wallClock = wallClock
        metrics = registry.map(EventRecorderMetrics.init)
        stopwatch = Stopwatch(clock)
        queue = DelayingQueue(queue: WorkQueue(clock: clock), clock: clock)
    }

    /// Records that something happened. Returns at once.
    ///
    /// - Parameters:
    ///   - reason: why, as one word in UpperCamelCase for programs. At most 128 bytes; what is longer is cut.
    ///   - action: what was done or failed, as such a word too. At most 128 bytes, and not empty.
    ///   - note: for people. At most 1,024 bytes.
    public func record(
        _ type: EventType, reason: String, action: String, note: String, regarding object: some KubernetesObject
    ) {
        let occurrence = EventOccurrence(
            type, reason: reason, action: action, note: note, regarding: EventSubject(object))
        let (now, time) = (stopwatch.elapsed, wallClock())
        if let reason = correlator.withLock({ $0.observe(occurrence, now: now, time: time) }) {
            drop(occurrence, reason)
        } else {
            queue.queue.add(occurrence)
        }
    }

    /// Writes events until the task is cancelled.
    ///
    /// - Throws: `CancellationError`, after what waited was written.
    public func run() async throws {
        let api = await chooseAPI()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [queue] in await queue.run() }
            while let occurrence = await queue.queue.next() {
                await advance(occurrence, api)
                queue.queue.done(occurrence)
            }
            group.cancelAll()
        }
        await flush(api)
        try Task.checkCancellation()
    }

    /// events.k8s.io/v1 where the server offers it. Tries until the server answers or the task is cancelled.
    private func chooseAPI() async -> EventAPI {
        var attempt = 0
        while true {
            do throws(KubeError) {
                let groups = try await client.apiGroups()
                let versions = groups.first { $0.name == "events.k8s.io" }?.versions ?? []
                return versions.contains { $0.version == "v1" } ? .events : .core
            } catch {
                guard error.isTransient else {
                    log.warning("cannot discover the API's groups, writing events as v1", error: error)
                    return .core
                }
                guard await pause(beforeRetry: attempt) else { return .core }
                attempt += 1
            }
        }
    }

    /// Writes what is due of a series, and sees to the rest of it later.
    private func advance(_ occurrence: EventOccurrence, _ api: EventAPI) async {
        switch correlator.withLock({ $0.next(occurrence, now: stopwatch.elapsed) }) {
        case nil: break
        case .wait(let delay): queue.add(occurrence, after: delay)
        case .write(let series):
            await write(occurrence, series, api, maxRetries: Self.maxRetries)
            // What happened meanwhile; it is not ready again before `done`.
            queue.queue.add(occurrence)
        }
    }

    /// Writes a series, or drops the event or update. A cancelled write stays to be flushed.
    private func write(
        _ occurrence: EventOccurrence, _ series: EventSeries, _ api: EventAPI, maxRetries: Int
    ) async {
        var series = series
        var attempt = 0
        while true {
            let start = stopwatch.elapsed
            do throws(KubeError) {
                try await send(occurrence, series, api)
                metrics?.wrote(isCreation: !series.isCreated)
                return correlator.withLock { $0.ended(occurrence, series, at: start) }
            } catch {
                if error.isCancelled || Task.isCancelled { return }
                if series.isCreated, error.isNotFound {
                    // Events expire, by default after an hour; a series that lasts needs a new one then.
                    series.name = occurrence.regarding.makeEventName()
                    series.writtenCount = 0
                    continue
                }
                guard error.isTransient, attempt < maxRetries else {
                    return giveUp(occurrence, series, error, at: start)
                }
                guard await pause(beforeRetry: attempt) else { return }
                attempt += 1
            }
        }
    }

    private func send(
        _ occurrence: EventOccurrence, _ series: EventSeries, _ api: EventAPI
    ) async throws(KubeError) {
        let events = Api<JSONValue>(client, api.resourceType, namespace: occurrence.regarding.eventNamespace)
        if series.isCreated {
            _ = try await events.patch(series.name, .merge(api.update(series)))
            return
        }
        do throws(KubeError) {
            _ = try await events.create(api.object(occurrence, series, component: component, instance: instance))
        } catch {
            // The name is random: it exists only because an earlier try arrived whose answer did not.
            guard error.isAlreadyExists else { throw error }
        }
    }

    private func giveUp(_ occurrence: EventOccurrence, _ series: EventSeries, _ error: KubeError, at now: Duration) {
        correlator.withLock { correlator in
            if series.isCreated {
                correlator.ended(occurrence, series, at: now)
            } else {
                correlator.forget(occurrence)
            }
        }
        drop(occurrence, error.isTransient ? .failed : .rejected, error)
    }

    private func drop(
        _ occurrence: EventOccurrence, _ reason: EventCorrelator.DropReason, _ error: KubeError? = nil
    ) {
        metrics?.dropped(reason)
        // Only what the server was asked is worth a warning: a flood of events should not become one of log lines.
        let level: LogLevel = error.map { $0.isEndOfNamespace ? .debug : .warning } ?? .debug
        log.log(
            level, "dropped an event", error: error,
            [
                "reason": occurrence.reason, "kind": occurrence.regarding.kind,
                "namespace": occurrence.regarding.namespace ?? "", "name": occurrence.regarding.name,
                "cause": reason.rawValue,
            ])
    }

    /// False when the task was cancelled.
    private func pause(beforeRetry attempt: Int) async -> Bool {
        var generator = SystemRandomNumberGenerator()
        let delay = Self.backoff.delay(attempt: attempt, using: &generator)
        do { try await stopwatch.clock.sleep(for: delay) } catch { return false }
        return true
    }

    /// Writes what is left once, due or not, although the task is cancelled.
    private func flush(_ api: EventAPI) async {
        let occurrences = correlator.withLock { $0.unwritten }
        guard !occurrences.isEmpty else { return }
        do {
            try await shieldedFromCancellation { [self] in
                try await withTimeout(Self.flushLimit, clock: stopwatch.clock) { [self] in
                    for occurrence in occurrences {
                        try Task.checkCancellation()
                        guard let series = correlator.withLock({ $0.unwrittenSeries(of: occurrence) }) else { continue }
                        await write(occurrence, series, api, maxRetries: 0)
                    }
                }
            }
        } catch {
            let left = correlator.withLock { $0.unwritten.count }
            metrics?.dropped(.shutdown, left)
            log.warning("dropped events at shutdown", error: error, ["count": left])
        }
    }
}

extension KubeError {
    /// The namespace is gone, or on its way.
    fileprivate var isEndOfNamespace: Bool {
        isNotFound || (status?.details?.causes ?? []).contains { $0.reason == "NamespaceTerminating" }
    }
}
