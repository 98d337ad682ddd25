public import Base
public import KubeCore
public import Telemetry

/// Calls a reconciler for every object that needs it: one call per object at a time, several objects at once.
///
/// ## Guarantees
/// - No reconcile begins before the stores of everything watched hold a whole list.
/// - A change that comes while its object is being reconciled leads to another reconcile afterwards.
/// - A failing object backs off by itself and holds nobody else up.
/// - When the task of `run` is cancelled, nothing new is begun; what runs may end within the grace period and is
///   cancelled then. `run` returns when all has ended.
public final class Controller: Sendable {
    public let name: String
    let queue: RateLimitingQueue<ReconcileRequest>
    private let configuration: ControllerConfiguration
    private let reconciler: any Reconciler
    private let clock: any Clock<Duration>
    private let log: Logger
    private let metrics: ControllerMetrics?
    private let synchronizers = Lock<[@Sendable () async throws -> Void]>([])

    /// - Parameters:
    ///   - name: of the controller in metrics and logs.
    ///   - limiter: the back-off of failing objects, `RateLimitingQueue`'s own by default.
    public init(
        _ name: String, configuration: ControllerConfiguration = ControllerConfiguration(),
        limiter: (any RateLimiter<ReconcileRequest>)? = nil, clock: any Clock<Duration> = MonotonicClock(),
        log: Logger = Logger(), registry: MetricsRegistry? = nil, reconciler: any Reconciler
    ) {
        self.name = name
        self.configuration = configuration
        self.reconciler = reconciler
        self.clock = clock
        self.log = log.named("controller").with(["controller": name])
        metrics = registry.map {
            ControllerMetrics(name: name, maxConcurrent: configuration.maxConcurrentReconciles, registry: $0)
        }
        queue = RateLimitingQueue(
            limiter: limiter, clock: clock, observer: registry.map { WorkQueueMetrics(name: name, registry: $0) })
        if let registry { queue.reportUnfinishedWork(name: name, to: registry) }
    }

    /// A controller whose reconciler is a closure.
    public convenience init(
        _ name: String, configuration: ControllerConfiguration = ControllerConfiguration(),
        clock: any Clock<Duration> = MonotonicClock(), log: Logger = Logger(), registry: MetricsRegistry? = nil,
        reconcile: @escaping @Sendable (ReconcileRequest) async throws -> ReconcileResult
    ) {
        self.init(
            name, configuration: configuration, clock: clock, log: log, registry: registry,
            reconciler: ClosureReconciler(body: reconcile))
    }

    // MARK: Watching

    /// Reconciles the objects of this reflector themselves.
    public func watch<Object>(_ reflector: Reflector<Object>, when predicate: Predicate<Object> = .all) {
        watch(reflector, when: predicate) { [$0.namespacedName] }
    }

    /// Reconciles the owners of this reflector's objects: those of the given type whose controller reference they
    /// carry. When an object changes hands, both owners are reconciled.
    public func watch<Object>(
        _ reflector: Reflector<Object>, ownedBy owner: ResourceType, when predicate: Predicate<Object> = .all
    ) {
        watch(reflector, when: predicate) { object in object.metadata.controller(ofType: owner).map { [$0] } ?? [] }
    }

    /// Reconciles what `requests` names for each change of this reflector's objects. For an update it is asked with
    /// the old state and the new.
    public func watch<Object>(
        _ reflector: Reflector<Object>, when predicate: Predicate<Object> = .all,
        mapping requests: @escaping @Sendable (Object) -> [ReconcileRequest]
    ) {
        synchronizers.withLock { $0.append { try await reflector.store.waitUntilSynchronized() } }
        reflector.addHandler { [queue] change in
            guard predicate.passes(change) else { return }
            switch change {
            case .added(let object, let isInitial):
                for key in requests(object) { queue.add(key, priority: isInitial ? .low : .normal) }
            case .deleted(let object): for key in requests(object) { queue.add(key) }
            case .updated(let old, let new): for key in Set(requests(old) + requests(new)) { queue.add(key) }
            }
        }
    }

    /// Asks for a reconcile that no watched object is the cause of.
    public func enqueue(_ request: ReconcileRequest) { queue.add(request) }

    // MARK: Running

    /// Runs until the task is cancelled, and then until what is being reconciled has ended.
    public func run() async {
        let stopping = Latch()
        // The workers have a task of their own: cancelling this one asks them to stop and does not cut them off.
        let workers = Task { await work(until: stopping) }
        await withTaskCancellationHandler {
            await workers.value
        } onCancel: {
            stopping.open()
            queue.shutDown(droppingQueued: true)
        }
    }

    private func work(until stopping: Latch) async {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { [self] in
                await queue.run()
                return false
            }
            group.addTask { [self] in
                await runWorkers(unless: stopping)
                return true
            }
            group.addTask { [clock, grace = configuration.gracePeriod] in
                // Both waits end early when the workers are done and the group is cancelled.
                try? await stopping.wait()
                try? await clock.sleep(for: grace)
                return true
            }
            while let isOver = await group.next(), !isOver {}
            group.cancelAll()
        }
    }

    private func runWorkers(unless stopping: Latch) async {
        guard await waitForStores(unless: stopping) else { return }
        log.info("started", ["workers": configuration.maxConcurrentReconciles])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<configuration.maxConcurrentReconciles {
                group.addTask { [self] in
                    while let request = await queue.next() { await process(request) }
                }
            }
        }
        log.info("stopped")
    }

    /// Whether every store is synchronized, as against the controller being told to stop.
    private func waitForStores(unless stopping: Latch) async -> Bool {
        let synchronizers = synchronizers.withLock { $0 }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for synchronize in synchronizers {
                    do { try await synchronize() } catch { return false }
                }
                return true
            }
            group.addTask {
                try? await stopping.wait()
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    private func process(_ request: ReconcileRequest) async {
        defer { queue.done(request) }
        let stopwatch = Stopwatch(clock)
        metrics?.started()
        let outcome = await reconcile(request)
        metrics?.ended(outcome, after: stopwatch.elapsed)
        let log = log.with(["request": request.description])
        switch outcome {
        case .success:
            queue.forget(request)
        case .requeueAfter(let delay):
            queue.forget(request)
            queue.add(request, after: delay)
        case .failure(let error):
            queue.addRateLimited(request)
            log.error("reconcile failed", error: error, ["retries": queue.retries(of: request)])
        case .terminal(let error):
            queue.forget(request)
            log.error("reconcile failed for good, waiting for a change", error: error)
        case .cancelled:
            log.info("reconcile cut off by shutdown")
        }
    }

    private func reconcile(_ request: ReconcileRequest) async -> ReconcileOutcome {
        do {
            let result = try await withTimeout(configuration.reconcileTimeout, clock: clock) { [reconciler] in
                try await reconciler.reconcile(request)
            }
            return switch result {
            case .done: .success
            case .requeue(let delay): .requeueAfter(delay)
            }
        } catch let error as TerminalError {
            return .terminal(error.cause)
        } catch {
            return Task.isCancelled ? .cancelled : .failure(error)
        }
    }
}
