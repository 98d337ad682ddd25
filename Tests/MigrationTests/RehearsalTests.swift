import KubeCore
import Migration
import Testing

@testable import MigrationModel

/// What `plan` tells before anything is applied is what runs then.
@Suite struct RehearsalTests {
    @Test(arguments: [
        ("wish=3 gates=WarmUp:600,PostPromotion:600", 6, Step.stable),
        ("wish=3 preview=2 delay=0", 6, .stable),
        ("wish=2 auto=false", 3, .awaitingPromotion),
        ("wish=3 quota=3 short=InPlace", 3, .stable),
        ("wish=2 quota=2 short=Fail", 2, .stable),
        ("wish=0", 0, .stable),
    ])
    func whatIsRehearsedIsWhatRuns(_ text: String, peak: Int, end: Step) throws {
        var run = ModelRun(try #require(Script(text)).scenario)
        run.play(.describe(1))
        let rehearsal = MigrationRehearsal(run.look)
        #expect(rehearsal.peakGPUs == peak && rehearsal.steps.last == end)
        #expect((rehearsal.waitsFor == nil) == (end == .stable))
        #expect((rehearsal.rejection != nil) == text.contains("Fail"))
        var highest = 0
        run.settle { cluster in
            highest = max(highest, cluster.deployments.reduce(0) { $0 + $1.replicas * $1.gpusPerReplica })
        }
        #expect(run.steps == rehearsal.steps && highest == peak && run.violation == nil)
    }
}
