public import Base
public import KubeCore
public import Telemetry

/// Keeps a `Store` in step with the server through a `Watcher`, and tells its handlers what changed.
///
///     let pods = Reflector(source: api, indexes: [.ownerUID])
///     pods.addHandler { change in queue.add(change.object.namespacedName) }
///     await pods.run()
///
/// ## Guarantees
/// - A handler hears every change once, in order, after the store shows it, and one call at a time. The objects of the
///   first list come as `added(isInitial: true)`.
/// - `store.waitUntilSynchronized` returns after the store shows the whole first list; the handlers hear of it at about
///   the same time.
public final class Reflector<Object: KubernetesObject>: Sendable {
    public typealias Handler = @Sendable (StoreChange<Object>) -> Void

    public let store: Store<Object>
    let writer: StoreWriter<Object>
    private let handlers = Lock<[Handler]>([])
    private let watch: @Sendable (@escaping @Sendable ([WatcherEvent<Object>]) async -> Void) async -> Void
    private let objects: Gauge?

    public init<Source: ListWatchSource<Object>>(
        source: Source, indexes: [StoreIndex<Object>] = [],
        configuration: WatcherConfiguration = WatcherConfiguration(), clock: any Clock<Duration> = MonotonicClock(),
        log: Logger = Logger(), registry: MetricsRegistry? = nil,
        random: @escaping @Sendable () -> any RandomNumberGenerator = { SystemRandomNumberGenerator() }
    ) {
        (store, writer) = Store.make(indexes: indexes)
        let watcher = Watcher(
            source: source, configuration: configuration, clock: clock, log: log, registry: registry, random: random)
        watch = { await watcher.run($0) }
        objects = registry?.gauge(.reflectorObjects)
    }

    /// Adds a handler. It is called on the reflector's task and must return at once: put a key into a queue. Add it
    /// before `run`; one that comes later hears only later changes.
    public func addHandler(_ handler: @escaping Handler) { handlers.withLock { $0.append(handler) } }

    /// Runs until the task is cancelled.
    public func run() async {
        await watch { [self] events in
            let changes = writer.apply(events)
            guard !changes.isEmpty else { return }
            objects?.set(Double(store.count), [Object.resourceType.groupResource])
            let handlers = handlers.withLock { $0 }
            for change in changes { for handler in handlers { handler(change) } }
        }
    }
}
