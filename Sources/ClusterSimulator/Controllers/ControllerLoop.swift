import Base
import KubeCore

/// One of the simulated controllers: hears of every change, and brings one object at a time in line with its wish.
protocol SimulatedController: AnyObject {
    /// The types whose changes `keys(for:)` wants to hear of.
    var watches: [ResourceType] { get }

    /// The objects that a change concerns.
    func keys(for change: ObjectChange) -> [NamespacedName]

    /// Does what is due for an object. Returns when to look again without a change, nil for never.
    /// Errors: `Status` of a write; the object is tried again.
    func reconcile(_ key: NamespacedName, now: Timestamp) throws(Status) -> Timestamp?
}

/// A controller with its queue: each key at most once in it, and a timer for each key that waits for the clock.
final class ControllerLoop {
    let controller: any SimulatedController
    private var queue: [NamespacedName] = []
    private var queued: Set<NamespacedName> = []
    private var timers = TimerQueue()
    private var failures: [NamespacedName: Int] = [:]

    private let log: @Sendable (String) -> Void
    /// As controllers do: from 5 ms, doubled with every failure in a row. Without jitter, for repeatable runs.
    static let backoff = Backoff(initial: .milliseconds(5), maximum: .seconds(300), factor: 2, jitter: 0)

    init(_ controller: any SimulatedController, log: @escaping @Sendable (String) -> Void) {
        self.controller = controller
        self.log = log
    }

    var isIdle: Bool { queue.isEmpty }
    var nextTimer: Timestamp? { timers.next }

    func observe(_ change: ObjectChange) {
        for key in controller.keys(for: change) { enqueue(key) }
    }

    func enqueueDue(at now: Timestamp) {
        for key in timers.takeDue(at: now) { enqueue(key) }
    }

    /// Reconciles every key that is queued now; what these runs queue comes next time.
    func runQueued(now: Timestamp) {
        let batch = queue
        queue = []
        queued = []
        for key in batch {
            do throws(Status) {
                timers.set(try controller.reconcile(key, now: now), for: key)
                failures[key] = nil
            } catch {
                let count = failures[key, default: 0]
                failures[key] = count + 1
                timers.set(now + Self.backoff.delay(attempt: count), for: key)
                // A conflict means only that newer changes are on their way.
                if !error.isConflict { log("\(type(of: controller)): \(key): \(error)") }
            }
        }
    }

    private func enqueue(_ key: NamespacedName) {
        if queued.insert(key).inserted { queue.append(key) }
    }
}

/// Keys by the time at which they are due.
struct TimerQueue {
    private var times: [NamespacedName: Timestamp] = [:]
    /// A binary heap; entries that `times` no longer agrees with are skipped.
    private var heap: [(time: Timestamp, key: NamespacedName)] = []

    var next: Timestamp? { heap.first?.time }

    /// Sets the time of a key in place of any other; nil takes it out.
    mutating func set(_ time: Timestamp?, for key: NamespacedName) {
        guard times[key] != time else { return }
        times[key] = time
        if let time { push((time, key)) }
        dropStale()
    }

    mutating func takeDue(at now: Timestamp) -> [NamespacedName] {
        var due: [NamespacedName] = []
        while let first = heap.first, first.time <= now {
            if times[first.key] == first.time {
                due.append(first.key)
                times[first.key] = nil
            }
            pop()
        }
        dropStale()
        return due
    }

    private mutating func dropStale() {
        while let first = heap.first, times[first.key] != first.time { pop() }
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        (heap[left].time, heap[left].key) < (heap[right].time, heap[right].key)
    }

    private mutating func push(_ entry: (Timestamp, NamespacedName)) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0, isBefore(child, (child - 1) / 2) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func pop() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(child, least) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
