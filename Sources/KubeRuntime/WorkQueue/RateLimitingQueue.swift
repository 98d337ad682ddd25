public import Base

/// The third layer: failed keys come back after a back-off of their own.
///
///     while let key = await queue.next() {
///         defer { queue.done(key) }
///         do {
///             try await reconcile(key)
///             queue.forget(key)
///         } catch {
///             queue.addRateLimited(key)
///         }
///     }
public final class RateLimitingQueue<Key: Hashable & Sendable>: Sendable {
    private let delaying: DelayingQueue<Key>
    private let queue: WorkQueue<Key>
    private let limiter: any RateLimiter<Key>
    private let observer: (any WorkQueueObserver)?

    /// - Parameter limiter: by default client-go's: per key 5 ms to 1000 s, over all keys 10 a second after 100.
    public init(
        limiter: (any RateLimiter<Key>)? = nil, clock: any Clock<Duration> = MonotonicClock(),
        observer: (any WorkQueueObserver)? = nil
    ) {
        queue = WorkQueue(clock: clock, observer: observer)
        delaying = DelayingQueue(queue: queue, clock: clock)
        self.limiter =
            limiter ?? MaxOfRateLimiter([ExponentialRateLimiter(), TokenBucketRateLimiter(clock: clock)])
        self.observer = observer
    }

    /// Adds the key after its back-off, which grows with every call until `forget`.
    public func addRateLimited(_ key: Key) {
        observer?.retried()
        delaying.add(key, after: limiter.delay(for: key))
    }

    /// The key's back-off begins anew.
    public func forget(_ key: Key) { limiter.forget(key) }

    /// How often the key was added rate-limited since it was forgotten.
    public func retries(of key: Key) -> Int { limiter.retries(of: key) }

    public func add(_ key: Key, priority: WorkPriority = .normal) { queue.add(key, priority: priority) }
    public func add(_ key: Key, after delay: Duration) { delaying.add(key, after: delay) }
    public func next() async -> Key? { await queue.next() }
    public func done(_ key: Key) { queue.done(key) }
    public func shutDown(droppingQueued: Bool = false) { queue.shutDown(droppingQueued: droppingQueued) }
    public func waitUntilIdle() async { await queue.waitUntilIdle() }
    public func unfinishedWork() -> (total: Duration, longest: Duration) { queue.unfinishedWork() }
    public var count: Int { queue.count }
    public var delayedCount: Int { delaying.delayedCount }

    /// Lets delays end, until the task is cancelled.
    public func run() async { await delaying.run() }
}
