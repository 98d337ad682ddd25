/// Work took longer than it was given.
public struct TimedOut: Error, Equatable, CustomStringConvertible {
    public var limit: Duration

    public init(limit: Duration) { self.limit = limit }

    public var description: String { "timed out after \(limit)" }
}

/// Runs `body` for at most `limit`; then cancels it, waits for it to end and throws `TimedOut`.
///
/// The wait is structured: a body that ignores cancellation holds its caller up.
public func withTimeout<Result: Sendable>(
    _ limit: Duration, clock: any Clock<Duration>, _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await clock.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() ?? nil else { throw TimedOut(limit: limit) }
        return result
    }
}

/// Runs `body` to its end although the surrounding task is or becomes cancelled: for the few steps of a shutdown
/// that must still happen, such as giving a lease back. Bound it with `withTimeout` inside.
public func shieldedFromCancellation<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await Task { try await body() }.value
}
