import KubeCore
import Migration
import Testing

@testable import MigrationModel

/// What users of other tools were bitten by, each on the model of a cluster. Revision 0 is `a`, which serves first.
@Suite struct RegressionTests {
    /// A run with the scenario changed, `a` serving.
    private func run(_ change: (inout Scenario) -> Void = { _ in }) -> ModelRun {
        var scenario = Scenario()
        change(&scenario)
        return ModelRun(scenario)
    }

    /// Operator and pods go on until the step is reached; gates pass.
    private func play(_ run: inout ModelRun, until step: Step, answering answer: Event.Answer = .passed) {
        for _ in 0..<40 where run.record?.step != step {
            run.play([.advance, .runPods])
            if run.record?.step != step, run.leaders[0].gate != nil { run.play(.gate(answer)) }
        }
        #expect(run.record?.step == step)
    }

    private func replicas(_ run: ModelRun, _ revision: String) -> Int? {
        run.cluster.index(revision).map { run.cluster.deployments[$0].replicas }
    }

    // MARK: Capacity

    @Test func aQuotaForOneColourEndsInAReasonAndNotInADeadlock() throws {
        var run = run { $0.quota = 2 }
        run.play(.describe(1))
        run.settle()
        #expect(run.violation == nil)
        let record = try #require(run.record)
        #expect(record.active == "a" && record.held == "b" && replicas(run, "b") == nil)
        #expect(record.rejected.first?.reason == .insufficientCapacity)
        #expect(run.lastPlan?.conditions[type: "CapacityAvailable"]?.reason == "InsufficientCapacity")
    }

    @Test func theProgressDeadlineCountsFromWhenPodsAreScheduled() {
        var run = run {
            $0.nodes = 2
            $0.policy.capacityWaitSeconds = 5000
        }
        run.play([.describe(1), .advance, .advance, .runPods, .wait(4000), .nodes(8), .runPods, .advance])
        #expect(run.record?.step == .warmingUp || run.record?.step == .analysing || run.record?.step == .scalingUp)
        run.settle()
        #expect(run.record?.active == "b" && run.violation == nil)
    }

    @Test func aDeadlineShorterThanTheLoadIsAReasonAndIsNotTriedAgain() {
        var run = run { $0.fates[1] = .stuck }
        run.play(.describe(1))
        run.settle()
        let epoch = run.record?.epoch
        #expect(run.record?.rejected.first?.reason == .progressDeadlineExceeded && run.record?.held == "b")
        run.play([.wait(100_000), .advance, .runPods, .advance])
        #expect(run.record?.epoch == epoch && run.record?.step == .stable)
    }

    @Test func inPlaceNeverGoesBelowTheFloor() throws {
        var run = run {
            $0.wish = 3
            $0.quota = 3
            $0.policy.onInsufficientCapacity = .inPlace
        }
        run.play(.describe(1))
        var lowest = 3
        for _ in 0..<60 {
            run.play([.advance, .runPods])
            lowest = min(lowest, run.cluster.ready(run.cluster.service?.selection ?? .none))
        }
        run.settle()
        #expect(lowest == 2 && run.record?.active == "b" && replicas(run, "b") == 3 && run.violation == nil)
    }

    // MARK: Bad revisions

    @Test func theThirdBadImageIsGivenUpLikeTheFirst() {
        var run = run { for index in 1...3 { $0.fates[index] = .noImage } }
        for index in 1...3 {
            run.play(.describe(index))
            run.settle()
            #expect(run.record?.held == Scenario.names[index] && run.record?.active == "a" && run.violation == nil)
        }
        #expect(run.record?.rejected.map(\.revision) == ["d", "c", "b"])
        #expect(run.cluster.deployments.map(\.revision) == ["a"])
    }

    @Test func aSpecChangedDuringThePreviewStartsTheGatesAgain() {
        var run = run { $0.policy.gates = [.warmUp: 600, .prePromotion: 600] }
        run.play(.describe(1))
        play(&run, until: .analysingPreview)
        run.play(.advance)
        let judged = run.leaders[0].gate
        run.play([.describe(2), .gate(.passed)])
        play(&run, until: .warmingUp, answering: .stalePass)
        run.play([.advance, .advance])
        #expect(run.leaders[0].gate?.kind == .warmUp && run.leaders[0].gate?.revision == "c")
        #expect(judged?.revision == "b" && run.cluster.service?.selection == .revision("a"))
        run.settle()
        #expect(run.record?.active == "c" && run.cluster.deployments.map(\.revision) == ["c"])
    }

    @Test(arguments: [Event.Answer.inconclusive, .cancelled, .stalePass, .earlyPass, .strangersPass])
    func anAnalysisWithoutDataIsNoPass(_ answer: Event.Answer) {
        var run = run { $0.policy.gates = [.prePromotion: 600] }
        run.play(.describe(1))
        play(&run, until: .analysingPreview)
        run.play([.advance, .gate(answer), .advance, .wait(1000), .advance, .advance])
        #expect(run.record?.step == .analysingPreview && run.record?.pause != nil)
        #expect(run.cluster.service?.selection == .revision("a"))
        run.play([.operate(.promote, 1), .advance])
        run.settle()
        #expect(run.record?.active == "b" && run.violation == nil)
    }

    @Test func aFailedAnalysisIsTriedAgainOnlyWhenAsked() {
        var run = run {
            $0.policy.gates = [.prePromotion: 600]
            $0.fates[1] = .bad
        }
        run.play(.describe(1))
        run.settle()
        #expect(run.record?.held == "b" && run.record?.rejected.first?.reason == .analysisFailed)
        run.play([.mend(1), .operate(.retry, 0), .advance])
        #expect(run.record?.operation?.phase == .succeeded && run.record?.target == "b")
        run.settle()
        #expect(run.record?.active == "b" && run.violation == nil)
    }

    // MARK: Autoscaling and edits

    @Test func autoscalingGoesOnForTheActiveColourAlone() {
        var run = run { $0.policy.autoPromote = false }
        run.play(.describe(1))
        play(&run, until: .awaitingPromotion)
        run.play([.wish(5), .advance])
        #expect(replicas(run, "a") == 5 && replicas(run, "b") == 1)
        run.play([.wish(3), .advance])
        #expect(replicas(run, "a") == 3 && replicas(run, "b") == 1)
    }

    @Test func theLiveColourScaledDownByHandIsScaledBack() {
        var run = run { $0.policy.autoPromote = false }
        run.play(.describe(1))
        play(&run, until: .awaitingPromotion)
        run.play([.scale(0, 0), .advance])
        #expect(replicas(run, "a") == 2 && run.record?.step == .awaitingPromotion)
    }

    @Test(arguments: [Event.strip, .select(1), .selectAll])
    func anEditedSelectorIsPutBackToWhatServes(_ edit: Event) {
        var run = run { $0.policy.autoPromote = false }
        run.play(.describe(1))
        play(&run, until: .awaitingPromotion)
        run.play([edit, .advance])
        #expect(run.cluster.service?.selection == .revision("a"))
    }

    @Test func aDeletedServiceIsMadeAnewForWhatServes() {
        var run = run { $0.policy.autoPromote = false }
        run.play(.describe(1))
        play(&run, until: .awaitingPromotion)
        run.play([.deleteService, .advance, .advance, .advance])
        #expect(run.cluster.service?.selection == .revision("a"))
        run.settle()
        #expect(run.violation == nil)
    }

    // MARK: The switch

    @Test func zeroDelayMeansZero() {
        var run = run { $0.policy.scaleDownDelaySeconds = 0 }
        run.cluster.scenario.policy.endpointSpreadSeconds = 0
        run.play(.describe(1))
        play(&run, until: .draining)
        let switched = run.cluster.now
        run.play([.wait(1), .count(0, known: true), .advance])
        #expect(run.cluster.index("a") == nil && run.cluster.now.since(switched) < .seconds(2))
    }

    @Test func aLoadThatGrowsForEverCannotPutTheSwitchOff() {
        var run = run {
            $0.wish = 2
            $0.policy.capacityWaitSeconds = 900
        }
        run.play(.describe(1))
        play(&run, until: .scalingUp)
        var load = 2
        // The load grows by a replica before the last one is ready, and the old colour always has a pod more.
        for _ in 0..<60 where run.record?.step == .scalingUp {
            load += 1
            run.play([.wish(load), .advance, .control(0), .schedule(0), .load(0, all: true)])
            run.play([.control(1), .schedule(1), .load(1, all: false), .wait(60), .advance])
        }
        #expect(run.cluster.service?.selection == .revision("b") && run.violation == nil)
    }

    @Test func greenThatCrashesBeforeItIsFullSendsClientsBack() {
        var run = run {
            $0.wish = 4
            $0.policy.scaleDownDelaySeconds = 300
        }
        run.play(.describe(1))
        play(&run, until: .holding)
        run.play([.wish(6), .advance, .fail(1, all: true), .advance, .advance, .advance])
        #expect(run.cluster.service?.selection == .revision("a"))
        #expect(run.record?.rejected.first?.reason == .unavailable && run.record?.held == "b")
        run.settle()
        #expect(run.cluster.deployments.map(\.revision) == ["a"] && run.violation == nil)
    }

    @Test(arguments: [Fate.noImage, .crashes, .stuck], [2, nil])
    func anUnhealthyBlueDoesNotBlockItsFix(_ fate: Fate, quota: Int?) {
        var run = run {
            $0.fates[0] = fate
            $0.quota = quota
        }
        run.play([.runPods, .runPods, .describe(1)])
        run.settle()
        #expect(run.record?.active == "b" && replicas(run, "b") == 2 && run.violation == nil)
        #expect(run.cluster.deployments.map(\.revision) == ["b"])
    }

    // MARK: The way back

    @Test func theOldColourGoesAfterARollback() {
        var run = run { $0.policy.gates = [.postPromotion: 600] }
        run.play(.describe(1))
        play(&run, until: .analysing)
        run.play([.advance, .gate(.failed), .advance])
        run.settle()
        #expect(run.cluster.service?.selection == .revision("a") && run.record?.held == "b")
        #expect(run.cluster.deployments.map(\.revision) == ["a"] && run.violation == nil)
    }

    @Test(arguments: [true, false])
    func goingBackAsksNothingOfGreen(_ isGreenWell: Bool) {
        var run = run { $0.policy.gates = [.postPromotion: 600] }
        run.play(.describe(1))
        play(&run, until: .analysing)
        run.play(.advance)
        if !isGreenWell { run.play(.fail(1, all: true)) }
        run.play([.operate(.abort, 0), .advance, .advance, .advance])
        #expect(run.cluster.service?.selection == .revision("a") && run.violation == nil)
    }

    @Test func aRollbackAfterTheOldColourIsGoneRestoresItsTemplate() {
        var run = run()
        run.play(.describe(1))
        run.settle()
        #expect(run.cluster.deployments.map(\.revision) == ["b"])
        run.play([.operate(.rollback, 0), .advance])
        run.settle()
        #expect(run.record?.active == "a" && run.record?.held == "b" && run.record?.operation?.phase == .succeeded)
        #expect(run.violation == nil)
    }

    // MARK: Operations

    @Test func abortAndPromoteAtOnce() {
        var run = run { $0.policy.autoPromote = false }
        run.play(.describe(1))
        play(&run, until: .awaitingPromotion)
        run.play([.operate(.promote, 1), .advance, .advance, .operate(.abort, 0), .advance])
        run.settle()
        #expect(run.cluster.service?.selection == .revision("a") && run.record?.held == "b" && run.violation == nil)
    }

    @Test func promoteThatNamesAnotherRevisionPromotesNothing() {
        var run = run { $0.policy.autoPromote = false }
        run.play(.describe(1))
        play(&run, until: .awaitingPromotion)
        run.play([.operate(.promote, 2), .advance, .advance])
        #expect(run.record?.operation?.phase == .failed && run.record?.step == .awaitingPromotion)
    }

    @Test func anOperationThatWasThereFromTheBeginningIsSkipped() {
        var scenario = Scenario()
        scenario.startsReady = false
        var run = ModelRun(scenario)
        run.play([.operate(.restart, 0), .advance, .runPods, .advance])
        #expect(run.record?.operation?.phase == .skipped && run.record?.restart == nil)
    }

    @Test func deadlinesStandStillWhilePaused() throws {
        var run = run { $0.fates[1] = .stuck }
        run.play(.describe(1))
        play(&run, until: .loading)
        let deadline = try #require(run.record?.deadline)
        run.play([.operate(.pause, 0), .advance, .wait(5000), .advance, .operate(.resume, 0), .advance])
        #expect(run.record?.step == .loading && run.record?.deadline == deadline + .seconds(5000))
    }

    // MARK: Clients and leaders

    @Test func streamsAreNotCutBeforeTheDrainDeadline() {
        var run = run {
            $0.policy.scaleDownDelaySeconds = 0
            $0.policy.drainSeconds = 570
        }
        run.play([.traffic, .describe(1)])
        play(&run, until: .draining)
        run.play([.wait(500), .count(0, known: true), .advance, .runPods, .advance])
        #expect(run.cluster.index("a") != nil)
        run.play([.count(0, known: false), .advance])
        #expect(run.cluster.index("a") != nil)
        run.play([.wait(100), .advance])
        #expect(run.cluster.index("a") == nil && run.violation == nil)
    }

    /// The old leader has decided to delete the colour that the new one goes back to.
    @Test func aDeleteOfALeaderThatLostItsLeaseIsRefused() {
        var run = run { $0.policy.scaleDownDelaySeconds = 0 }
        run.play(.describe(1))
        play(&run, until: .draining)
        run.play([.wait(200), .reconcile(0), .loseLease, .describe(0), .advance, .advance, .advance])
        #expect(run.cluster.service?.selection == .revision("a"))
        run.play(.write(1, .none))
        #expect(run.cluster.index("a") != nil && run.violation == nil)
    }
}

extension ModelRun {
    var record: MigrationRecord? { cluster.service?.record }
}
