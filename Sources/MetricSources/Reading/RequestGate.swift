internal import Base

/// Lets a bounded number through at a time, in the order of asking, and knows about how long that takes.
final class RequestGate: Sendable {
    private struct State {
        var free: Int
        var nextID: UInt64 = 0
        var waiting: [(id: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
        /// How long who went through stayed, of late.
        var stay = Duration.zero
    }

    private let state: Lock<State>

    private let limit: Int

    init(limit: Int) {
        self.limit = limit
        state = Lock(State(free: limit))
    }

    /// How long one more would wait, by how long the last ones stayed.
    ///
    /// - Parameter others: who will come before it and does not wait here yet.
    func expectedWait(behind others: Int = 0) -> Duration {
        state.withLock { $0.free > 0 ? .zero : $0.stay * ($0.waiting.count + others + 1) / limit }
    }

    /// Waits for a place. False when the task was cancelled instead; then there is nothing to release.
    func enter() async -> Bool {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isIn = state.withLock { state in
                    guard state.free > 0 else {
                        state.waiting.append((id, continuation))
                        return false
                    }
                    state.free -= 1
                    return true
                }
                if isIn { continuation.resume(returning: true) }
                // The handler below may have run before there was anything to cancel.
                if Task.isCancelled { cancel(id) }
            }
        } onCancel: {
            cancel(id)
        }
    }

    /// Gives the place to who has waited longest.
    ///
    /// - Parameter stay: the time since it was entered.
    func leave(after stay: Duration) {
        let next = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            // A moving average over about four.
            state.stay = (state.stay * 3 + stay) / 4
            guard !state.waiting.isEmpty else {
                state.free += 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: true)
    }

    private func cancel(_ id: UInt64) {
        let cancelled = state.withLock { state in
            state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).continuation }
        }
        cancelled?.resume(returning: false)
    }
}
