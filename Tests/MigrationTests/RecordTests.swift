import KubeCore
import Migration
import Testing

@Suite struct RecordTests {
    @Test func firstRevisionIsMadeAndSelectedAtOnce() throws {
        var world = ObservedMigration(
            now: Timestamp(seconds: 1_700_000_000), policy: MigrationPolicy(), wish: 2, desired: "a")
        world.revisions = [KnownRevision(name: "a", number: 1, uid: "u", resourceVersion: "1", gpusPerReplica: 2)]
        let plan = MigrationPlanner.plan(world)
        let record = try #require(plan.record)
        #expect(record.active == "a" && record.step == .stable)
        #expect(
            plan.actions == [
                .createDeployment(revision: "a", replicas: 2, claim: record.selectedEpoch),
                .writeLive(
                    LiveWrite(precondition: .absent, selection: .revision("a"), record: record, transitions: [])),
            ])
        #expect(try MigrationRecord(annotation: record.annotation) == record)
    }
}
