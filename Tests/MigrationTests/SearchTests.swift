import Base
import KubeCore
import Migration
import Testing

@testable import MigrationModel

/// The search that `make search` runs a million times over, here for as long as a test may take.
@Suite struct SearchTests {
    @Test func randomInterleavingsBreakNothing() {
        var search = Search()
        search.play(UInt64(1)...4000)
        for finding in search.findings {
            let script = finding.script.shrunk(breaking: finding.violation.invariant)
            Issue.record("seed \(finding.seed): \(finding.violation)\n\(script)")
        }
        #expect(search.runs == 4000)
    }

    /// A search that finds nothing proves nothing, unless it finds what is there.
    @Test(arguments: PlantedBug.allCases)
    func aPlantedBugIsFound(_ bug: PlantedBug) throws {
        var search = Search(bug: bug)
        search.play(UInt64(1)...20_000)
        let finding = try #require(search.findings.first)
        let invariant = finding.violation.invariant
        // Short enough to read, and the text that is printed plays again.
        let script = finding.script.shrunk(bug: bug, breaking: invariant)
        #expect(script.events.count <= finding.script.events.count)
        let pasted = try #require(Script("\(script)"))
        #expect(pasted.play(bug: bug).violation?.invariant == invariant)
        #expect(script.play().violation == nil)
    }

    /// Every fault, and every act of others, at every call of the API server.
    @Test(arguments: sweeps.keys.sorted())
    func noFaultAtAnyCallBreaksAnything(_ name: String) throws {
        let script = try #require(Script(Self.sweeps[name] ?? ""))
        #expect(script.play().violation == nil)
        let sweep = FaultSweep.play(script)
        #expect(sweep.findings.isEmpty, "\(sweep.findings.first.map(String.init(describing:)) ?? "")")
        #expect(sweep.runs > 100)
    }

    private static let sweeps = [
        "a good revision": """
        wish=3 gates=WarmUp:600,PrePromotion:600,PostPromotion:600
        describe 1
        """,
        "a bad revision": """
        wish=3 fates=good,bad gates=PostPromotion:600
        describe 1
        """,
        "an image that cannot be pulled": """
        wish=2 fates=good,noImage
        describe 1
        """,
        "a quota for one colour": """
        wish=2 quota=2 short=Fail
        describe 1
        """,
        "in place": """
        wish=3 quota=3 short=InPlace
        describe 1
        """,
        "in place and back": """
        wish=3 quota=3 short=InPlace fates=good,bad gates=PostPromotion:600
        describe 1
        """,
        "a dead active revision": """
        wish=2 quota=2 fates=noImage
        describe 1
        """,
        "a rollback": """
        wish=2
        describe 1
        advance
        runPods
        advance
        runPods
        advance
        runPods
        advance
        operate Rollback 0
        """,
        "spec changed midway": """
        wish=2 gates=WarmUp:600
        describe 1
        advance
        runPods
        advance
        describe 2
        """,
    ]

    /// What is stored is what was meant, at every moment of many runs.
    @Test func recordsSurviveTheirAnnotation() throws {
        for seed in UInt64(1)...150 {
            var random = SplitMix64(seed: seed)
            var run = ModelRun(Scenario(&random))
            var generator = Generator(random: random)
            for _ in 0..<50 {
                run.play(generator.event(run))
                guard let record = run.record else { continue }
                let text = try record.annotation
                #expect(try MigrationRecord(annotation: text) == record, "seed \(seed)")
                #expect(text.utf8.count < 16_384)
            }
        }
    }
}
