public import Base

/// The gate that writes pass while this process leads.
///
/// ## Guarantees
/// - It opens with a renewal and closes by itself `renewDeadline` after that renewal's request *began*, by a clock that
///   goes on while the process is stopped (SIGSTOP) or the machine sleeps. Others take over `leaseDuration` after they
///   saw the renewal, which is later.
/// - After it closed, `run` starts nothing, also in a process that was stopped and has not noticed yet.
/// - What runs when it closes is cancelled.
///
/// ## Not guaranteed
/// A request that was already sent may still be carried out: the process may be stopped, or the network slow, between
/// this check and the server. So whatever must not happen twice carries a precondition (resourceVersion, uid) that
/// the new leader's writes invalidate. And a server that answers a renewal much later than it carried it out shortens
/// the leader's time, never the others' wait.
public final class LeadershipFence: Sendable {
    private struct State {
        /// On the stopwatch; nil while closed.
        var validUntil: Duration?
        var closed = Latch()
    }
    private let stopwatch: Stopwatch
    private let state = Lock(State())

    public init(clock: any Clock<Duration> = MonotonicClock()) { stopwatch = Stopwatch(clock) }

    /// Whether writes may pass now.
    public var isOpen: Bool { state.withLock { $0.validUntil }.map { stopwatch.elapsed < $0 } ?? false }

    /// Runs `body` if the fence is open, and cancels it when the fence closes.
    ///
    /// - Throws: `LeaderElectionError.notLeader`, or what `body` throws.
    public func run<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let closed = state.withLock { $0.closed }
        guard isOpen else { throw LeaderElectionError.notLeader }
        return try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await body() }
            group.addTask { [self] in
                try await waitUntilExpired()
                throw LeaderElectionError.notLeader
            }
            group.addTask {
                try await closed.wait()
                throw LeaderElectionError.notLeader
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw LeaderElectionError.notLeader }
            return result
        }
    }

    /// The monotonic time that `open` counts in.
    var now: Duration { stopwatch.elapsed }

    /// Opens the fence, or keeps it open, until `deadline` on `now`.
    func open(until deadline: Duration) {
        state.withLock { state in
            if state.closed.isOpen { state.closed = Latch() }
            state.validUntil = deadline
        }
    }

    func close() {
        let closed = state.withLock { state in
            state.validUntil = nil
            return state.closed
        }
        closed.open()
    }

    /// Returns when the deadline has passed and no renewal moved it.
    private func waitUntilExpired() async throws {
        while let deadline = state.withLock({ $0.validUntil }), stopwatch.elapsed < deadline {
            try await stopwatch.sleep(until: deadline)
        }
    }
}
