import Autoscaling
import FoundationEssentials
import KubeCore
import Testing

/// Rules that need more than one tick.
@Suite struct WindowTests {
    /// An autoscaler, its memory, and a cluster that does as it is told at once.
    struct Run {
        var autoscaler: Autoscaler
        var state = AutoscalerState()
        var now = Timestamp(seconds: 1_767_225_600)
        var replicas: Int32

        init(_ replicas: Int32, min: Int32 = 1, max: Int32 = 100, _ behavior: ScalingBehavior? = nil) {
            autoscaler = Autoscaler(
                AutoscalerPolicy(
                    minReplicas: min, maxReplicas: max,
                    metrics: [MetricTarget(name: "m", target: .averageValue(milli: 1000))], behavior: behavior))
            self.replicas = replicas
        }

        /// Decides after `seconds`, with a load that needs this many replicas; nil cannot be read.
        @discardableResult
        mutating func tick(after seconds: Int64 = 15, _ needed: Int64?, jump: Int32? = nil) -> Decision {
            now = now + .seconds(seconds)
            let reading = needed.map { MetricReading.samples([MetricSample(milli: $0 * 1000)]) } ?? .failed("down")
            let decision = autoscaler.decide(
                Observation(
                    now: now, specReplicas: replicas, statusReplicas: replicas, readyReplicas: replicas,
                    readings: [reading], forecastReplicas: jump, isJump: jump != nil),
                state: &state)
            autoscaler.recordRescale(decision, at: now, state: &state)
            replicas = decision.replicas
            return decision
        }
    }

    @Test func withoutABehaviorScaleDownWaitsFiveMinutesTheEdgeIncluded() {
        var run = Run(10)
        run.tick(10)
        #expect(run.tick(after: 150, 2).replicas == 10)
        #expect(run.tick(after: 150, 2).conditions[type: "AbleToScale"]?.reason == "ScaleDownStabilized")
        #expect(run.tick(after: 1, 2).replicas == 2)
    }

    @Test func withABehaviorTheEdgeIsOut() {
        var run = Run(10, ScalingBehavior())
        run.tick(10)
        #expect(run.tick(after: 299, 2).replicas == 10)
        #expect(run.tick(after: 1, 2).replicas == 2)
    }

    /// What a jump needs comes at once, up to the maximum, unless somebody asked for a rate; and no more than that.
    @Test(arguments: [
        (nil, 10, 50, 50), (nil, 80, 50, 50), (nil, 10, 300, 100), (ScalingBehavior(), 10, 50, 50),
        (ScalingBehavior(scaleUp: ScalingRules()), 10, 50, 20),
    ])
    func aJumpIsNotHeldBackByHPAsRate(behavior: ScalingBehavior?, needed: Int64, jump: Int32, replicas: Int32) {
        var run = Run(10, behavior)
        run.tick(10)
        #expect(run.tick(needed, jump: jump).replicas == replicas)
    }

    @Test func aScaleUpWindowTakesTheLowest() {
        var run = Run(2, ScalingBehavior(scaleUp: ScalingRules(stabilizationWindowSeconds: 60)))
        run.tick(2)
        let held = run.tick(6)
        #expect(held.replicas == 2)
        #expect(held.conditions[type: "AbleToScale"]?.reason == "ScaleUpStabilized")
        run.tick(after: 30, 4)
        #expect(run.tick(after: 16, 5).replicas == 4)
    }

    @Test func withoutABehaviorGrowthDoublesOrIsFour() {
        var run = Run(1)
        #expect((0..<5).map { _ in run.tick(100).replicas } == [4, 8, 16, 32, 64])
        #expect(run.tick(100).conditions[type: "ScalingLimited"]?.reason == "DesiredWithinRange")
    }

    @Test func policiesCountWhatHappenedInTheirPeriod() {
        let up = ScalingRules(policies: [ScalingPolicy(type: .pods, value: 3, periodSeconds: 60)])
        var run = Run(1, ScalingBehavior(scaleUp: up))
        #expect(run.tick(50).replicas == 4)
        let limited = run.tick(after: 30, 50)
        #expect(limited.replicas == 4)
        #expect(limited.conditions[type: "ScalingLimited"]?.reason == "ScaleUpLimit")
        #expect(run.tick(after: 30, 50).replicas == 7)
    }

    @Test(
        arguments: [(ScalingRules.SelectPolicy.max, 12), (.min, 11), (.disabled, 8)]
            as [(ScalingRules.SelectPolicy, Int32)])
    func selectPolicyPicksAmongPolicies(select: ScalingRules.SelectPolicy, replicas: Int32) {
        let policies = [
            ScalingPolicy(type: .pods, value: 3, periodSeconds: 60),
            ScalingPolicy(type: .percent, value: 50, periodSeconds: 60),
        ]
        var run = Run(8, ScalingBehavior(scaleUp: ScalingRules(selectPolicy: select, policies: policies)))
        #expect(run.tick(50).replicas == replicas)
    }

    @Test func aPercentageLetsAtLeastOneInAndTruncatesDownwards() {
        let one = [ScalingPolicy(type: .percent, value: 1, periodSeconds: 60)]
        let behavior = ScalingBehavior(
            scaleUp: ScalingRules(policies: one),
            scaleDown: ScalingRules(stabilizationWindowSeconds: 0, policies: one))
        var up = Run(5, behavior)
        #expect(up.tick(50).replicas == 6)
        var down = Run(50, behavior)
        #expect(down.tick(5).replicas == 49)
    }

    @Test func aChangeThatWasNotCarriedOutCostsNoBudget() {
        let up = ScalingRules(policies: [ScalingPolicy(type: .pods, value: 3, periodSeconds: 600)])
        let run = Run(1, ScalingBehavior(scaleUp: up))
        var state = AutoscalerState()
        for seconds in [0, 15] {
            let decision = run.autoscaler.decide(
                Observation(
                    now: run.now + .seconds(seconds), specReplicas: 1, statusReplicas: 1, readyReplicas: 1,
                    readings: [.samples([MetricSample(milli: 50_000)])]),
                state: &state)
            #expect(decision.replicas == 4)
        }
        #expect(state.scaleUpEvents.isEmpty)
    }

    @Test func theFirstTickCountsWhatThereWasAsARecommendation() {
        var run = Run(10)
        #expect(run.tick(1).replicas == 10)
        #expect(run.state.recommendations.map(\.replicas) == [10, 1])
    }

    @Test func onlyWhatCanStillMatterIsRemembered() {
        var run = Run(10, ScalingBehavior(scaleUp: ScalingRules(stabilizationWindowSeconds: 600)))
        for needed in [3, 8, 5, 6, 6, 4, 9, 7] as [Int64] { run.tick(after: 1, needed) }
        // Nine is within tolerance of ten. 10 and 7 are the highest since, 3, 4 and 7 the lowest.
        #expect(run.state.recommendations.map(\.replicas) == [3, 4, 10, 7])
        #expect(run.state.recommendations.last?.time == run.now)
    }

    @Test func aSteadyLoadIsOneRecommendationHoweverOftenOneDecides() {
        var run = Run(10)
        for _ in 0..<300 { run.tick(after: 1, 10) }
        #expect(run.state.recommendations.map(\.replicas) == [10])
    }

    @Test func troubleHoldsThroughTheWindowAndAfterIt() {
        var run = Run(10)
        for _ in 0..<100 { #expect(run.tick(nil).replicas == 10) }
    }

    @Test func aClockSetBackLengthensAWindowOnceAndNoMore() {
        var run = Run(10)
        run.tick(10)
        run.tick(after: -3600, 2)
        #expect(run.tick(after: 299, 2).replicas == 10)
        #expect(run.tick(after: 2, 2).replicas == 2)
    }

    @Test func memoryStaysBounded() {
        let policies = [ScalingPolicy(type: .percent, value: 100, periodSeconds: 60)]
        let rules = ScalingRules(stabilizationWindowSeconds: 60, policies: policies)
        var run = Run(10, ScalingBehavior(scaleUp: rules, scaleDown: rules))
        for tick in 0..<5000 { run.tick(after: 5, tick / 30 % 2 == 0 ? 80 : 3) }
        #expect(run.state.recommendations.count <= 14)
        #expect(run.state.scaleUpEvents.count <= 14 && run.state.scaleDownEvents.count <= 14)
        #expect(!run.state.scaleUpEvents.isEmpty)
    }
}
