internal import Dispatch

/// `ContinuousClock`, but for sleeps that leave nothing behind when they are cancelled.
///
/// A cancelled sleep of the standard library's clocks returns at once, yet its task and its timer stay in memory until
/// the deadline: about a kilobyte for each. Every time limit on work that ends in time is such a sleep, so that ten
/// thousand reconciles a second with a limit of a minute would hold half a gigabyte. Here all sleeps share one timer, and
/// a cancelled one is forgotten.
public struct MonotonicClock: Clock {
    public typealias Instant = ContinuousClock.Instant

    public init() {}

    public var now: Instant { .now }
    public var minimumResolution: Duration { ContinuousClock().minimumResolution }

    /// Errors: `CancellationError`. The tolerance is not used.
    public func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        guard deadline > now else { return }
        try await SleeperList.shared.sleep(until: deadline)
    }
}

/// All who sleep on one timer.
final class SleeperList: Sendable {
    typealias Sleeper = CheckedContinuation<Void, any Error>

    private struct Alarm: Comparable {
        var deadline: MonotonicClock.Instant
        var ticket: UInt64

        static func < (left: Alarm, right: Alarm) -> Bool {
            (left.deadline, left.ticket) < (right.deadline, right.ticket)
        }
    }

    private struct State {
        /// Those of cancelled sleepers included, until they come up or are too many.
        var alarms = Heap<Alarm>()
        var sleepers: [UInt64: Sleeper] = [:]
        var nextTicket: UInt64 = 0
        /// When the timer rings next.
        var setTo: MonotonicClock.Instant?
        let timer: any DispatchSourceTimer
    }

    static let shared = SleeperList()

    private let state: Lock<State>

    init() {
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "MonotonicClock"))
        state = Lock(State(timer: timer))
        state.withLock { state in
            state.timer.setEventHandler { [weak self] in self?.ring() }
            state.timer.activate()
        }
    }

    deinit { state.withLock { $0.timer.cancel() } }

    /// What is kept of sleepers, cancelled ones included.
    var alarmCount: Int { state.withLock { $0.alarms.count } }

    func sleep(until deadline: MonotonicClock.Instant) async throws {
        let ticket = state.withLock { state in
            state.nextTicket &+= 1
            return state.nextTicket
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { sleeper in
                add(sleeper, ticket, until: deadline)
                // Cancelled before it was there to be found.
                if Task.isCancelled { cancel(ticket) }
            }
        } onCancel: {
            cancel(ticket)
        }
    }

    private func add(_ sleeper: Sleeper, _ ticket: UInt64, until deadline: MonotonicClock.Instant) {
        state.withLock { state in
            state.sleepers[ticket] = sleeper
            state.alarms.insert(Alarm(deadline: deadline, ticket: ticket))
            Self.setTimer(&state)
        }
    }

    private func cancel(_ ticket: UInt64) {
        let sleeper = state.withLock { state in
            let sleeper = state.sleepers.removeValue(forKey: ticket)
            if state.alarms.count > 64, state.alarms.count > 2 * state.sleepers.count {
                let sleepers = state.sleepers
                state.alarms.filter { sleepers[$0.ticket] != nil }
            }
            return sleeper
        }
        sleeper?.resume(throwing: CancellationError())
    }

    /// Wakes those whose time has come.
    private func ring() {
        let due = state.withLock { state in
            var due: [Sleeper] = []
            while let alarm = state.alarms.first, alarm.deadline <= .now {
                _ = state.alarms.popFirst()
                if let sleeper = state.sleepers.removeValue(forKey: alarm.ticket) { due.append(sleeper) }
            }
            state.setTo = nil
            Self.setTimer(&state)
            return due
        }
        for sleeper in due { sleeper.resume() }
    }

    private static func setTimer(_ state: inout State) {
        guard let next = state.alarms.first?.deadline, state.setTo.map({ next < $0 }) ?? true else { return }
        state.setTo = next
        // Dispatch counts no time in which the machine sleeps, and may ring too early or too late: `ring` looks again.
        let wait = max(.zero, MonotonicClock.Instant.now.duration(to: next))
        state.timer.schedule(deadline: .now() + wait.seconds, leeway: .milliseconds(1))
    }
}

extension Duration {
    /// In seconds, at most a year.
    fileprivate var seconds: Double { min(self / .seconds(1), 31_536_000) }
}
