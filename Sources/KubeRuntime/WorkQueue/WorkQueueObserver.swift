/// Hears what happens in a work queue, under the queue's lock: count, and return at once.
public protocol WorkQueueObserver: Sendable {
    /// A key was added that did not wait yet.
    func added(depth: Int)
    /// The number of waiting keys changed in another way: a key that was added while in work waits now, or what waited
    /// was dropped.
    func depthChanged(_ depth: Int)
    /// A key was taken after waiting this long.
    func taken(waited: Duration, depth: Int)
    /// A key was processed for this long.
    func finished(workDuration: Duration)
    /// A key was added rate-limited.
    func retried()
}
