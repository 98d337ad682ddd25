/// Whom a queue serves first.
public enum WorkPriority: Int, Sendable, Comparable {
    /// For work that nobody waits for: the initial list, a periodic resync.
    case low
    /// For changes.
    case normal

    public static func < (left: WorkPriority, right: WorkPriority) -> Bool { left.rawValue < right.rawValue }
}

/// The bookkeeping of a work queue: which keys wait, which are being processed, and which of these were added again.
/// Pure; `WorkQueue` adds the lock and the waiting.
struct PendingKeys<Key: Hashable & Sendable> {
    private struct Waiting {
        var priority: WorkPriority
        var since: Duration
        /// Tells the key's valid place in a line from places that it left behind when its priority rose.
        var ticket: Int
    }
    private struct Processing {
        var since: Duration
        /// Set when the key was added while being processed.
        var again: WorkPriority?
        var addedAt: Duration = .zero
    }

    private var waiting: [Key: Waiting] = [:]
    private var processing: [Key: Processing] = [:]
    private var normal = FIFO<(key: Key, ticket: Int)>()
    private var low = FIFO<(key: Key, ticket: Int)>()
    private var nextTicket = 0
    private var takes = 0

    var count: Int { waiting.count }
    var processingCount: Int { processing.count }
    var isIdle: Bool { waiting.isEmpty && processing.isEmpty }

    /// Whether the key was not known to need work before.
    mutating func add(_ key: Key, priority: WorkPriority, now: Duration) -> Bool {
        if let current = processing[key] {
            if current.again == nil { processing[key]?.addedAt = now }
            processing[key]?.again = max(current.again ?? priority, priority)
            return current.again == nil
        }
        if let current = waiting[key] {
            if current.priority < priority { enqueue(key, priority, since: current.since) }
            return false
        }
        enqueue(key, priority, since: now)
        return true
    }

    /// The next key and how long it waited.
    mutating func take(now: Duration) -> (Key, Duration)? {
        takes &+= 1
        let isTurnOfLow = takes % 10 == 0
        let key =
            isTurnOfLow
            ? Self.pop(&low, waiting) ?? Self.pop(&normal, waiting)
            : Self.pop(&normal, waiting) ?? Self.pop(&low, waiting)
        guard let key, let entry = waiting.removeValue(forKey: key) else { return nil }
        processing[key] = Processing(since: now)
        return (key, now - entry.since)
    }

    /// How long the key was processed (nil if it was not), and whether it waits again.
    mutating func done(_ key: Key, now: Duration) -> (workDuration: Duration?, isQueuedAgain: Bool) {
        guard let entry = processing.removeValue(forKey: key) else { return (nil, false) }
        if let priority = entry.again { enqueue(key, priority, since: entry.addedAt) }
        return (now - entry.since, entry.again != nil)
    }

    /// Forgets everything that waits, and that anything was added again.
    mutating func dropQueued() {
        waiting = [:]
        normal = FIFO()
        low = FIFO()
        for key in processing.keys { processing[key]?.again = nil }
    }

    func unfinishedWork(now: Duration) -> (total: Duration, longest: Duration) {
        let durations = processing.values.map { now - $0.since }
        return (durations.reduce(.zero, +), durations.max() ?? .zero)
    }

    private mutating func enqueue(_ key: Key, _ priority: WorkPriority, since: Duration) {
        nextTicket &+= 1
        waiting[key] = Waiting(priority: priority, since: since, ticket: nextTicket)
        switch priority {
        case .normal: normal.append((key, nextTicket))
        case .low: low.append((key, nextTicket))
        }
    }

    /// Static: a method would hold a second reference to the line, which would be copied to be changed.
    private static func pop(_ line: inout FIFO<(key: Key, ticket: Int)>, _ waiting: [Key: Waiting]) -> Key? {
        while let (key, ticket) = line.popFirst() {
            if waiting[key]?.ticket == ticket { return key }
        }
        return nil
    }
}

/// First in, first out, in amortised constant time.
struct FIFO<Element> {
    private var elements: [Element?] = []
    private var head = 0

    var isEmpty: Bool { head == elements.count }
    var count: Int { elements.count - head }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func popFirst() -> Element? {
        guard head < elements.count else { return nil }
        let element = elements[head]
        elements[head] = nil
        head += 1
        if head > 64, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        return element
    }
}
