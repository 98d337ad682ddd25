import Base
import KubeCore
import KubeRuntime
import Telemetry
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct LeaderElectorTests {
    let clock = ManualClock()
    let shared = MemoryLease()

    /// A candidate that leads until it is cancelled.
    struct Candidate {
        let elector: LeaderElector
        let storage: MemoryLeaseStorage
        let leading = Latch()
        let task: Task<Void, any Error>

        init(
            _ identity: String, _ shared: MemoryLease, _ clock: ManualClock,
            wallClock: @escaping @Sendable () -> Timestamp = { Timestamp(seconds: 0) }
        ) throws {
            let storage = MemoryLeaseStorage(shared)
            let elector = LeaderElector(
                identity: identity, configuration: try LeaderElectionConfiguration(), storage: storage, clock: clock,
                wallClock: wallClock, log: Logger(level: .error, sink: NoSink()), random: { 0 })
            (self.storage, self.elector) = (storage, elector)
            task = Task { [leading] in
                try await elector.run {
                    leading.open()
                    try await Latch().wait()
                }
            }
        }
    }

    /// Lets time pass in steps in which everybody gets to act.
    func pass(_ seconds: Int, sleepers: Int) async throws {
        for _ in 0..<seconds {
            await clock.waitUntilSleeping(count: sleepers)
            clock.advance(by: .seconds(1))
            for _ in 0..<500 { await Task.yield() }
        }
    }

    @Test func theFirstCandidateLeadsAndRenews() async throws {
        let a = try Candidate("a", shared, clock)
        try await a.leading.wait()
        #expect(a.elector.isLeader)
        #expect(shared.lease?.spec?.leaseTransitions == 0)
        try await pass(30, sleepers: 1)
        #expect(a.elector.isLeader)
        #expect(shared.changes.entries.count > 10)
        a.task.cancel()
        _ = await a.task.result
    }

    @Test func theOtherTakesOverWhenALeaderIsGoneForALeaseTime() async throws {
        let a = try Candidate("a", shared, clock)
        try await a.leading.wait()
        let b = try Candidate("b", shared, clock)
        try await b.storage.attempts.waitFor(1)
        a.storage.set(.failing)
        var seconds = 0
        while !b.leading.isOpen {
            try await pass(1, sleepers: 1)
            seconds += 1
            #expect(!(a.elector.isLeader && b.elector.isLeader))
        }
        // The lease time, up to one retry period late.
        #expect((15...18).contains(seconds))
        #expect(shared.lease?.spec?.leaseTransitions == 1)
        await #expect(throws: LeaderElectionError.notLeader) { try await a.task.value }
        b.task.cancel()
        _ = await b.task.result
    }

    @Test func aCancelledLeaderGivesTheLeaseBackAfterItsWorkEnded() async throws {
        let order = Recorder<String>()
        let storage = MemoryLeaseStorage(shared)
        let elector = LeaderElector(
            identity: "a", configuration: try LeaderElectionConfiguration(), storage: storage, clock: clock,
            log: Logger(level: .error))
        let windDown = Latch()
        let started = Latch()
        let task = Task {
            try await elector.run {
                started.open()
                try? await Latch().wait()
                try await shieldedFromCancellation { try await windDown.wait() }
                order.record("work ended, lease of \(shared.lease?.spec?.holderIdentity ?? "")")
            }
        }
        try await started.wait()
        task.cancel()
        try await pass(30, sleepers: 1)
        #expect(elector.isLeader, "renewed while the work winds down")
        windDown.open()
        try await task.value
        #expect(order.entries == ["work ended, lease of a"])
        #expect(shared.lease?.spec?.holderIdentity == "")
        #expect(!elector.isLeader)

        let b = try Candidate("b", shared, clock)
        try await b.leading.wait()
        #expect(shared.lease?.spec?.leaseTransitions == 1)
        b.task.cancel()
        _ = await b.task.result
    }

    /// A leader whose requests hang, as when the process is stopped or the network swallows packets.
    @Test func aLeaderThatCannotRenewIsFencedAtTheRenewDeadline() async throws {
        let a = try Candidate("a", shared, clock)
        try await a.leading.wait()
        a.storage.set(.hanging)
        try await pass(9, sleepers: 1)
        #expect(a.elector.isLeader)
        await clock.waitUntilSleeping()
        clock.advance(by: .seconds(1))
        #expect(!a.elector.isLeader, "closed by time alone, before any task has run")
        await #expect(throws: LeaderElectionError.notLeader) { try await a.task.value }
    }

    /// SIGSTOP: no task runs while time passes; when it continues, somebody else leads.
    @Test func aStoppedLeaderWritesNothingAfterwards() async throws {
        let a = try Candidate("a", shared, clock)
        try await a.leading.wait()
        await clock.waitUntilSleeping()
        _ = try shared.put(
            Lease.Spec(holderIdentity: "b", leaseDurationSeconds: 15), expecting: shared.lease?.metadata.resourceVersion
        )
        clock.advance(by: .seconds(60))
        await #expect(throws: LeaderElectionError.notLeader) { try await a.elector.fence.run {} }
        await #expect(throws: LeaderElectionError.notLeader) { try await a.task.value }
        #expect(shared.lease?.spec?.holderIdentity == "b")
    }

    @Test func losingTheLeaseToAnotherEndsLeadershipAtOnce() async throws {
        let a = try Candidate("a", shared, clock)
        try await a.leading.wait()
        _ = try shared.put(
            Lease.Spec(holderIdentity: "b", leaseDurationSeconds: 15), expecting: shared.lease?.metadata.resourceVersion
        )
        await clock.waitUntilSleeping()
        clock.advance(by: .seconds(2))
        await #expect(throws: LeaderElectionError.notLeader) { try await a.task.value }
        #expect(shared.lease?.spec?.holderIdentity == "b", "nothing is released that is not ours")
    }

    @Test(arguments: [-86_400 * 365, -3600, 3600, 86_400 * 365])
    func jumpsOfTheWallClockChangeNothing(_ jump: Int64) async throws {
        let wall = Lock(Timestamp(seconds: 1_800_000_000))
        let a = try Candidate("a", shared, clock, wallClock: { wall.withLock { $0 } })
        try await a.leading.wait()
        wall.withLock { $0 = $0 + .seconds(jump) }
        for _ in 0..<20 {
            let writes = shared.changes.entries.count
            // Asleep until the next renewal, as against a request's time-out, which is further away.
            try await eventually { clock.nextDeadline.map { $0 <= clock.now.advanced(by: .seconds(2)) } ?? false }
            clock.advance(by: .seconds(2))
            try await shared.changes.waitFor(writes + 1)
        }
        #expect(a.elector.isLeader)
        a.task.cancel()
        _ = await a.task.result
    }

    @Test(arguments: [
        (15, 15, 2, "longer than renewDeadline"), (10, 15, 2, "longer than renewDeadline"),
        (15, 10, 0, "retryPeriod must be positive"), (15, 10, 9, "longer than retryPeriod"),
        (15, 2, 2, "longer than retryPeriod"),
    ])
    func refusesTimesThatCannotWork(_ lease: Int, _ renew: Int, _ retry: Int, _ message: String) {
        let error = #expect(throws: LeaderElectionError.self) {
            try LeaderElectionConfiguration(
                leaseDuration: .seconds(lease), renewDeadline: .seconds(renew), retryPeriod: .seconds(retry))
        }
        #expect(error?.description.contains(message) == true)
    }

    @Test func theLeaseDurationIsWholeSeconds() {
        #expect(throws: LeaderElectionError.self) {
            try LeaderElectionConfiguration(leaseDuration: .milliseconds(15_500))
        }
    }
}

/// Drops the warnings that these tests provoke.
struct NoSink: LogSink {
    func write(_ line: [UInt8]) {}
}
