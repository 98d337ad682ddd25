public import Base

/// The first layer of the work queue: what runs next, and never twice at once. `DelayingQueue` adds delays and
/// `RateLimitingQueue` back-off, as in client-go.
///
/// ## Guarantees
/// - Exclusive: a key that was taken and is not done yet is not given to anyone else.
/// - Coalescing: a key added several times before it is taken is taken once; added while it is being processed, it is
///   taken once more afterwards.
/// - Fair: keys of one priority are taken in the order in which they were added. Keys of low priority wait for the
///   others, but every tenth take serves them first, so they cannot starve.
/// - Shut down: nothing is accepted any more; what is queued is still given out (or dropped, on request), and then
///   `next` returns nil to everyone.
///
/// ## Assumptions
/// Whoever takes a key calls `done` for it, whatever happens.
public final class WorkQueue<Key: Hashable & Sendable>: Sendable {
    private struct Consumer {
        var id: Int
        var continuation: CheckedContinuation<Key?, Never>
    }
    private struct State {
        var keys = PendingKeys<Key>()
        var consumers: [Consumer] = []
        var nextID = 0
        var isShutDown = false
        var idle: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Lock(State())
    private let stopwatch: Stopwatch
    private let observer: (any WorkQueueObserver)?

    /// - Parameters:
    ///   - clock: for metrics only; this layer never waits.
    ///   - observer: counts what happens, see `WorkQueueMetrics`.
    public init(clock: any Clock<Duration> = MonotonicClock(), observer: (any WorkQueueObserver)? = nil) {
        stopwatch = Stopwatch(clock)
        self.observer = observer
    }

    /// How many keys wait. Those being processed do not count.
    public var count: Int { state.withLock { $0.keys.count } }
    /// How many keys are being processed.
    public var processingCount: Int { state.withLock { $0.keys.processingCount } }
    public var isShutDown: Bool { state.withLock { $0.isShutDown } }

    /// Adds a key unless it waits already. After `shutDown` this does nothing.
    public func add(_ key: Key, priority: WorkPriority = .normal) {
        let now = stopwatch.elapsed
        let consumer: (CheckedContinuation<Key?, Never>, Key)? = state.withLock { state in
            guard !state.isShutDown, state.keys.add(key, priority: priority, now: now) else { return nil }
            observer?.added(depth: state.keys.count)
            return take(&state, now: now)
        }
        if let (continuation, key) = consumer { continuation.resume(returning: key) }
    }

    /// Waits for a key. Nil when the queue is shut down and empty, or when the calling task is cancelled.
    public func next() async -> Key? {
        let id = state.withLock { state in
            state.nextID &+= 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { register(Consumer(id: id, continuation: $0)) }
        } onCancel: {
            let consumer = state.withLock { state -> Consumer? in
                guard let index = state.consumers.firstIndex(where: { $0.id == id }) else { return nil }
                return state.consumers.remove(at: index)
            }
            consumer?.continuation.resume(returning: nil)
        }
    }

    /// Ends the processing of a key. If it was added meanwhile, it waits again.
    public func done(_ key: Key) {
        let now = stopwatch.elapsed
        let (consumer, idle) = state.withLock { state in
            let (workDuration, isQueuedAgain) = state.keys.done(key, now: now)
            if let workDuration { observer?.finished(workDuration: workDuration) }
            if isQueuedAgain { observer?.depthChanged(state.keys.count) }
            return (take(&state, now: now), idleWaiters(&state))
        }
        if let (continuation, key) = consumer { continuation.resume(returning: key) }
        for waiter in idle { waiter.resume() }
    }

    /// Stops the intake.
    /// - Parameter droppingQueued: forget what waits, too; only what is being processed then still ends.
    public func shutDown(droppingQueued: Bool = false) {
        let (consumers, idle) = state.withLock { state in
            state.isShutDown = true
            if droppingQueued {
                state.keys.dropQueued()
                observer?.depthChanged(0)
            }
            // Somebody waits only while nothing is queued.
            defer { state.consumers = [] }
            return (state.consumers, idleWaiters(&state))
        }
        for consumer in consumers { consumer.continuation.resume(returning: nil) }
        for waiter in idle { waiter.resume() }
    }

    /// Returns once nothing waits and nothing is being processed. With `shutDown` this drains the queue.
    public func waitUntilIdle() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                if state.keys.isIdle { return true }
                state.idle.append(continuation)
                return false
            }
            if isIdle { continuation.resume() }
        }
    }

    /// How long the keys being processed have been at it: their sum, and the longest.
    public func unfinishedWork() -> (total: Duration, longest: Duration) {
        let now = stopwatch.elapsed
        return state.withLock { $0.keys.unfinishedWork(now: now) }
    }

    /// Cancelling sets the task's flag first and looks for the consumer then, so one of the two sees the other.
    private func register(_ consumer: Consumer) {
        let now = stopwatch.elapsed
        let answer: (CheckedContinuation<Key?, Never>, Key?)? = state.withLock { state in
            if Task.isCancelled { return (consumer.continuation, nil) }
            state.consumers.append(consumer)
            if let (continuation, key) = take(&state, now: now) { return (continuation, key) }
            guard state.isShutDown else { return nil }
            state.consumers.removeLast()
            return (consumer.continuation, nil)
        }
        if let (continuation, key) = answer { continuation.resume(returning: key) }
    }

    private func take(_ state: inout State, now: Duration) -> (CheckedContinuation<Key?, Never>, Key)? {
        guard !state.consumers.isEmpty, let (key, waited) = state.keys.take(now: now) else { return nil }
        observer?.taken(waited: waited, depth: state.keys.count)
        return (state.consumers.removeFirst().continuation, key)
    }

    private func idleWaiters(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
        guard state.keys.isIdle else { return [] }
        defer { state.idle = [] }
        return state.idle
    }
}
