public import Base

/// The second layer: keys that are added later.
///
/// ## Guarantees
/// - Earliest wins: of several delays asked for one key, the one that ends first counts and the others are forgotten.
/// - A delay of zero or less adds at once.
/// - A key whose delay runs may be added at once, too; when the delay ends it is added again and coalesces if it still
///   waits.
///
/// ## Assumptions
/// `run()` is running; without it delays do not end.
public final class DelayingQueue<Key: Hashable & Sendable>: Sendable {
    private struct Entry: Comparable {
        var deadline: Duration
        /// Keeps the order of asking among equal deadlines.
        var ticket: Int
        var key: Key

        static func < (left: Entry, right: Entry) -> Bool {
            (left.deadline, left.ticket) < (right.deadline, right.ticket)
        }
        static func == (left: Entry, right: Entry) -> Bool { left.ticket == right.ticket }
    }
    private struct State {
        var heap = Heap<Entry>()
        /// The ticket of each key's valid entry; a heap entry with another ticket was replaced by an earlier one.
        var current: [Key: (ticket: Int, deadline: Duration)] = [:]
        var nextTicket = 0
        var wake = Latch()
    }

    /// The layer below.
    public let queue: WorkQueue<Key>
    private let stopwatch: Stopwatch
    private let state = Lock(State())

    public init(queue: WorkQueue<Key>, clock: any Clock<Duration> = MonotonicClock()) {
        self.queue = queue
        stopwatch = Stopwatch(clock)
    }

    /// How many keys wait for their delay to end.
    public var delayedCount: Int { state.withLock { $0.current.count } }

    /// Adds the key once `delay` has passed.
    public func add(_ key: Key, after delay: Duration) {
        guard delay > .zero else { return queue.add(key) }
        guard !queue.isShutDown else { return }
        let deadline = stopwatch.elapsed + delay
        let wake: Latch? = state.withLock { state in
            if let current = state.current[key], current.deadline <= deadline { return nil }
            let isEarliest = state.heap.first.map { deadline < $0.deadline } ?? true
            state.nextTicket &+= 1
            state.current[key] = (state.nextTicket, deadline)
            state.heap.insert(Entry(deadline: deadline, ticket: state.nextTicket, key: key))
            return isEarliest ? state.wake : nil
        }
        wake?.open()
    }

    /// Moves keys to the queue as their delays end, until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            let (due, deadline, wake) = collectDue()
            for key in due { queue.add(key) }
            if due.isEmpty { await sleep(until: deadline, or: wake) }
        }
    }

    private func collectDue() -> (due: [Key], next: Duration?, wake: Latch) {
        let now = stopwatch.elapsed
        return state.withLock { state in
            var due: [Key] = []
            while let entry = state.heap.first {
                let isCurrent = state.current[entry.key]?.ticket == entry.ticket
                if isCurrent, entry.deadline > now { break }
                _ = state.heap.popFirst()
                guard isCurrent else { continue }
                state.current[entry.key] = nil
                due.append(entry.key)
            }
            if state.wake.isOpen { state.wake = Latch() }
            return (due, state.heap.first?.deadline, state.wake)
        }
    }

    /// Returns early when something with an earlier deadline is added. Cancellation shows in `run`'s loop.
    private func sleep(until deadline: Duration?, or wake: Latch) async {
        guard let deadline else {
            try? await wake.wait()
            return
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await wake.wait() }
            group.addTask { [stopwatch] in try? await stopwatch.sleep(until: deadline) }
            await group.next()
            group.cancelAll()
        }
    }
}
