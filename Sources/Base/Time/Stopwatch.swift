/// The time that has passed on a clock since the stopwatch was made: a plain `Duration`, where the instants of an
/// `any Clock<Duration>` have no common type.
///
/// Take it from a monotonic clock. `ContinuousClock` goes on counting while the process is stopped or the machine
/// sleeps (CLOCK_BOOTTIME on Linux) and ignores changes of the wall clock.
public struct Stopwatch: Sendable {
    public let clock: any Clock<Duration>
    private let read: @Sendable () -> Duration

    public init(_ clock: any Clock<Duration> = MonotonicClock()) {
        self.clock = clock
        read = Self.reader(clock)
    }

    /// Time since the stopwatch was made.
    public var elapsed: Duration { read() }

    /// Sleeps until `elapsed` reaches `deadline`. Errors: `CancellationError`.
    public func sleep(until deadline: Duration) async throws {
        let remaining = deadline - elapsed
        if remaining > .zero { try await clock.sleep(for: remaining) } else { try Task.checkCancellation() }
    }

    private static func reader<C: Clock>(_ clock: C) -> @Sendable () -> Duration where C.Duration == Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
