import Base

/// The changes of one resource type, for one consumer.
///
/// A watch is a cursor into the history that all watches share: it buffers nothing, and a consumer that falls behind
/// what history keeps is cut off.
public final class ObjectWatch: Sendable {
    /// The events after a resource version, oldest first, and how far was read; nil when history no longer reaches
    /// that far back.
    typealias Read = @Sendable (_ after: Int64) -> (events: [ObjectEvent], position: Int64)?

    private let read: Read
    private let wakeUp: WakeUp
    private let cursor: Lock<Int64?>
    private let close: @Sendable () -> Void

    init(
        after resourceVersion: Int64, wakeUp: WakeUp, read: @escaping Read, close: @escaping @Sendable () -> Void
    ) {
        self.cursor = Lock(resourceVersion)
        self.wakeUp = wakeUp
        self.read = read
        self.close = close
    }

    deinit { close() }

    /// What has happened since the last call, without waiting: for a consumer that is driven step by step. Nil when
    /// the consumer was too slow: it must list again.
    public func drain() -> [ObjectEvent]? {
        cursor.withLock { cursor in
            guard let position = cursor, let found = read(position) else {
                cursor = nil
                return nil
            }
            cursor = found.position
            return found.events
        }
    }

    /// Raises `flag` whenever `drain` may have something, and once now.
    func forward(to flag: WakeUp) { wakeUp.forward(to: flag) }

    /// Waits for changes. Nil when the task was cancelled or the consumer was too slow: it must list again.
    public func next() async -> [ObjectEvent]? {
        while !Task.isCancelled {
            guard let events = drain() else { return nil }
            if !events.isEmpty { return events }
            await wakeUp.wait()
        }
        return nil
    }
}
