import Testing

@testable import MigrationModel

/// What the search found once, shortened by it, so that it stays found.
@Suite struct ScriptTests {
    private static let found = [
        // The selector was put back to a revision that serves nobody, and took clients from one that does.
        "an edit that alone serves is kept": """
        wish=3 delay=0 drain=120 progress=600 capacity=900 spread=0
        describe 2
        advance
        advance
        deleteDeployment 0
        runPods
        selectAll
        """,
        "an edit onto what is on its way out": """
        wish=1 nodes=1 gpus=2,1,1,1 delay=0 drain=120 progress=600 capacity=900 spread=0
        streamsEnd false
        advance
        describe 3
        advance
        advance
        describe 0
        selectAll
        runPods
        """,
        // A run of a gate began before its number was recorded, and its answer counted for the next one.
        "an answer before the run is recorded": """
        wish=2 gates=WarmUp:240 delay=0 drain=120 progress=600 capacity=900 spread=0
        describe 3
        advance
        advance
        runPods
        reconcile 0
        gate passed
        """,
        "an answer to a run of a lost record": """
        wish=0 gates=PrePromotion:240,WarmUp:240 delay=0 drain=120 progress=600 capacity=900 spread=0
        wish 4
        describe 1
        advance
        advance
        runPods
        advance
        advance
        stripRecord
        gate passed
        """,
        // Ready pods that were about to end counted for the floor.
        "two replicas given up for one": """
        wish=3 quota=8 short=InPlace delay=0 drain=120 progress=600 capacity=900 spread=0
        describe 2
        advance
        advance
        describe 1
        wish 5
        reconcile 0
        write 0 none
        advance
        runPods
        advance
        advance
        advance
        quota 3
        advance
        """,
        // A count of requests of the same second, from before the switch, counted for after it.
        "a count from before the switch": """
        wish=1 delay=0 drain=120 progress=600 capacity=900 spread=0
        count 0 true
        describe 3
        advance
        reconcile 0
        write 0 lostAnswer
        wish 0
        advance
        traffic
        advance
        advance
        advance
        """,
        // What clients had left a moment before was given up as if they had never reached it.
        "wanted again and not after all": """
        wish=1 delay=0 drain=120 progress=600 capacity=900 spread=0
        wish 0
        traffic
        describe 3
        advance
        advance
        advance
        advance
        reconcile 0
        write 0 none
        advance
        describe 0
        advance
        describe 2
        advance
        """,
        // An old leader made the lost Service anew, with an epoch that Deployments were past.
        "a Service made anew by an old leader": """
        wish=3 history=0 delay=0 drain=120 progress=600 capacity=900 spread=0
        streamsEnd false
        describe 2
        deleteService
        reconcile 0
        loseLease
        wait 16
        advance
        reconcile 0
        write 0 none
        reconcile 0
        deleteService
        write 0 none
        """,
        "consent, and a preview that is never ready again": """
        wish=4 quota=4 short=InPlace fates=good,crashes,bad,good delay=0 drain=120 progress=600 capacity=0
        strip
        describe 1
        """,
        "a selector edited to what does not exist": """
        wish=0 ready=false delay=0 drain=120 progress=600 capacity=900 spread=0
        reconcile 0
        write 0 none
        write 0 none
        breakSpec
        stripRecord
        select 3
        """,
        // One claim above the record looked like a switch to come, and kept the active revision at its size for ever.
        "a first Service made by an old leader": """
        wish=2 ready=false delay=0 drain=120 progress=600 capacity=900 spread=0
        streamsEnd false
        reconcile 0
        write 0 none
        loseLease
        advance
        advance
        deleteService
        write 1 none
        wish 1
        """,
        // Clients' routes had their time from the decision on, and the write came as late as that.
        "a switch that arrives late": """
        wish=5 delay=0 drain=120 progress=600 capacity=0 spread=15
        streamsEnd true
        deleteDeployment 0
        stripRecord
        describe 3
        advance
        advance
        advance
        reconcile 0
        wait 16
        write 0 none
        runPods
        count 0 true
        traffic
        """,
    ]

    @Test(arguments: found.keys.sorted())
    func staysFound(_ name: String) throws {
        let script = try #require(Script(Self.found[name] ?? ""))
        #expect(script.play().violation == nil)
    }
}
