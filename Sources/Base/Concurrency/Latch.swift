/// A gate that opens once. Any number of tasks wait for it; whoever comes later passes at once.
public final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var nextID = 0
        var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
    }
    private let state = Lock(State())

    public init() {}

    public var isOpen: Bool { state.withLock { $0.isOpen } }

    public func open() {
        let waiters = state.withLock { state in
            state.isOpen = true
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns once the latch is open. Errors: `CancellationError`.
    public func wait() async throws {
        let id = state.withLock { state in
            state.nextID &+= 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { register($0, id) }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume(throwing: CancellationError())
        }
    }

    /// Whoever cancels sets the task's flag before it looks for the waiter, so one of the two sees the other.
    private func register(_ waiter: CheckedContinuation<Void, any Error>, _ id: Int) {
        enum Outcome { case wait, open, cancelled }
        let outcome: Outcome = state.withLock { state in
            if state.isOpen { return .open }
            if Task.isCancelled { return .cancelled }
            state.waiters[id] = waiter
            return .wait
        }
        switch outcome {
        case .wait: break
        case .open: waiter.resume()
        case .cancelled: waiter.resume(throwing: CancellationError())
        }
    }
}
