import Base

/// A flag that one task waits for and anyone raises. Raising it before the wait is not lost.
final class WakeUp: Sendable {
    private enum State {
        case idle
        case raised
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Lock(State.idle)
    private let follower = Lock<WakeUp?>(nil)

    /// Raises `other` now and whenever this flag is raised, so that one task can wait for many flags.
    func forward(to other: WakeUp) {
        follower.withLock { $0 = other }
        other.raise()
    }

    /// Ends the present wait, or the next one at once.
    func raise() {
        follower.withLock { $0 }?.raise()
        let waiting: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard case .waiting(let continuation) = state else {
                state = .raised
                return nil
            }
            state = .idle
            return continuation
        }
        waiting?.resume()
    }

    /// Waits until the flag is raised, and lowers it. Returns at once in a cancelled task.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if case .raised = state {
                        state = .idle
                        return true
                    }
                    state = .waiting(continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            raise()
        }
    }
}
