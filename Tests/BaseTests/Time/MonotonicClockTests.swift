import Testing

@testable import Base

/// The few tests that cannot have another clock: they are of the clock. None says how soon something must happen.
@Suite(.timeLimit(.minutes(1))) struct MonotonicClockTests {
    private let clock = MonotonicClock()

    @Test func sleepsUntilTheDeadlineAndNotLess() async throws {
        let deadlines = [30, 10, 0, 20, 10, -5].map { clock.now.advanced(by: .milliseconds($0)) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for deadline in deadlines {
                group.addTask {
                    try await clock.sleep(until: deadline, tolerance: nil)
                    return clock.now >= deadline
                }
            }
            for try await isLateEnough in group { #expect(isLateEnough) }
        }
    }

    @Test func anEarlierSleeperIsNotHeldUpByALaterOne() async throws {
        try await withThrowingTaskGroup(of: Duration.self) { group in
            for limit in [Duration.seconds(3600), .milliseconds(5)] {
                group.addTask {
                    try await clock.sleep(for: limit)
                    return limit
                }
            }
            let first = try await group.next()
            #expect(first == .milliseconds(5))
            group.cancelAll()
        }
    }

    @Test func aCancelledSleepEndsAtOnce() async {
        let sleeper = Task { try await clock.sleep(for: .seconds(3600)) }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await clock.sleep(for: .seconds(3600))
        }
        await #expect(throws: CancellationError.self) { try await late.value }
    }

    @Test func cancelledSleepsLeaveNextToNothing() async {
        let list = SleeperList()
        for _ in 0..<50 {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<100 {
                    group.addTask { try? await list.sleep(until: clock.now.advanced(by: .seconds(3600))) }
                }
                group.cancelAll()
            }
        }
        #expect(list.alarmCount <= 64)
    }

    /// Cancelling while others come and go: nobody is forgotten, and nobody wakes twice (a continuation would trap).
    @Test func manySleepersComeAndGo() async {
        let ended = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<2000 {
                group.addTask {
                    let limit = Duration.milliseconds(index % 7)
                    let work: @Sendable () async throws -> Int = {
                        try await clock.sleep(for: .milliseconds(index % 5))
                        return index
                    }
                    // Either of the two may win where they are equally long.
                    let outcome: Result<Int, any Error>
                    do { outcome = .success(try await withTimeout(limit, clock: clock, work)) } catch {
                        outcome = .failure(error)
                    }
                    switch outcome {
                    case .success(let value): return value == index
                    case .failure(let error): return (error as? TimedOut)?.limit == limit
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(ended == 2000)
    }
}
