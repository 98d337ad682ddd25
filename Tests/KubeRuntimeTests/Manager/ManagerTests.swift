import Base
import KubeCore
import KubeRuntime
import Telemetry
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ManagerTests {
    private struct Broken: Error, Equatable {}

    private let order = Recorder<String>()
    private let log = Logger(sink: NoSink())

    /// Adds a component that says when it begins and, once cancelled, when it ends.
    private func add(_ name: String, needsLeadership: Bool = false, to manager: Manager) {
        manager.add(name, needsLeadership: needsLeadership) { [order] in
            order.record("begin \(name)")
            defer { order.record("end \(name)") }
            try await Latch().wait()
        }
    }

    private func elector(_ shared: MemoryLease, _ clock: ManualClock) throws -> LeaderElector {
        LeaderElector(
            identity: "a", configuration: try LeaderElectionConfiguration(), storage: MemoryLeaseStorage(shared),
            clock: clock, log: log, random: { 0 })
    }

    @Test func shutsDownWhatLeadsFirstThenTheLeaseThenTheRest() async throws {
        let shared = MemoryLease()
        let manager = Manager(elector: try elector(shared, ManualClock()), log: log)
        manager.add("reflector") { [order] in
            order.record("begin")
            defer { order.record("end reflector, lease of '\(shared.lease?.spec?.holderIdentity ?? "")'") }
            try await Latch().wait()
        }
        manager.add("controller", needsLeadership: true) { [order] in
            order.record("begin")
            defer { order.record("end controller, lease of '\(shared.lease?.spec?.holderIdentity ?? "")'") }
            try await Latch().wait()
        }
        let task = Task { try await manager.run() }
        try await order.waitFor(2)
        task.cancel()
        try await task.value
        #expect(
            Array(order.entries.dropFirst(2)) == ["end controller, lease of 'a'", "end reflector, lease of ''"])
    }

    @Test(arguments: [true, false]) func aComponentThatThrowsEndsAll(_ needsLeadership: Bool) async throws {
        let manager = Manager(log: log)
        let failure = Latch()
        add("server", to: manager)
        add("controller", needsLeadership: true, to: manager)
        manager.add("broken", needsLeadership: needsLeadership) {
            try await failure.wait()
            throw Broken()
        }
        let task = Task { try await manager.run() }
        try await order.waitFor(2)
        failure.open()
        await #expect(throws: Broken.self) { try await task.value }
        #expect(Set(order.entries.dropFirst(2)) == ["end server", "end controller"])
    }

    @Test func aLostLeaseEndsAll() async throws {
        let (shared, clock) = (MemoryLease(), ManualClock())
        let manager = Manager(elector: try elector(shared, clock), log: log)
        add("server", to: manager)
        add("controller", needsLeadership: true, to: manager)
        let task = Task { try await manager.run() }
        try await order.waitFor(2)
        _ = try shared.put(
            Lease.Spec(holderIdentity: "b", leaseDurationSeconds: 15), expecting: shared.lease?.metadata.resourceVersion
        )
        await clock.waitUntilSleeping()
        clock.advance(by: .seconds(2))
        await #expect(throws: LeaderElectionError.notLeader) { try await task.value }
        #expect(Array(order.entries.dropFirst(2)) == ["end controller", "end server"])
        #expect(shared.lease?.spec?.holderIdentity == "b")
    }
}
