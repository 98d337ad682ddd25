import Base

/// Collects what happened, in order, and lets a test wait for it.
final class Recorder<Entry: Sendable>: Sendable {
    private struct State {
        var entries: [Entry] = []
        var waiters: [(count: Int, latch: Latch)] = []
    }
    private let state = Lock(State())

    var entries: [Entry] { state.withLock { $0.entries } }

    func record(_ entry: Entry) {
        let reached = state.withLock { state in
            state.entries.append(entry)
            let count = state.entries.count
            defer { state.waiters.removeAll { $0.count <= count } }
            return state.waiters.filter { $0.count <= count }
        }
        for waiter in reached { waiter.latch.open() }
    }

    /// Waits until there are at least `count` entries and returns them all.
    @discardableResult
    func waitFor(_ count: Int) async throws -> [Entry] {
        let latch = Latch()
        let isReached = state.withLock { state in
            if state.entries.count >= count { return true }
            state.waiters.append((count, latch))
            return false
        }
        if !isReached { try await latch.wait() }
        return entries
    }
}

/// Waits until a condition holds, giving other tasks their turn. For states that have no signal of their own; the
/// suite's time limit ends a test whose condition never comes.
func eventually(_ condition: @Sendable () -> Bool) async throws {
    while !condition() {
        try Task.checkCancellation()
        await Task.yield()
    }
}
