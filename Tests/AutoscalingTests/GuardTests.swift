import Autoscaling
import KubeCore
import Testing

/// Guards and fallback: what raises the replicas beside the metrics. The metric asks for 100 a pod.
@Suite struct GuardTests {
    /// A cluster that does as it is told, with pods that take 60 s to be ready.
    struct Run {
        var autoscaler: Autoscaler
        var state = AutoscalerState()
        var now = Timestamp(seconds: 1_767_225_600)
        var replicas: Int32
        var ready: Int32

        init(
            _ replicas: Int32, min: Int32 = 1, max: Int32 = 100, guards: [LoadGuard] = [], fallback: Fallback = .hold,
            activation: Int64? = nil
        ) {
            let metric = MetricTarget(name: "m", target: .averageValue(milli: 100_000), activationMilli: activation)
            autoscaler = Autoscaler(
                AutoscalerPolicy(
                    minReplicas: min, maxReplicas: max, metrics: [metric], fallback: fallback, guards: guards))
            self.replicas = replicas
            ready = replicas
        }

        @discardableResult
        mutating func tick(
            after seconds: Int64 = 15, load: Int64?, _ readings: GuardReading..., capacity: Int32? = nil
        ) -> Decision {
            now = now + .seconds(seconds)
            let reading = load.map { MetricReading.samples([MetricSample(milli: $0 * 1000)]) } ?? .failed("down")
            let decision = autoscaler.decide(
                Observation(
                    now: now, specReplicas: replicas, statusReplicas: replicas, readyReplicas: ready,
                    readings: [reading], capacity: capacity, guardReadings: readings, coldStart: .seconds(60)),
                state: &state)
            autoscaler.recordRescale(decision, at: now, state: &state)
            replicas = decision.replicas
            return decision
        }
    }

    static let inFlight = [LoadGuard(name: "inFlightPerReplica", maxMilli: 12_000)]

    // MARK: - Guards

    @Test func aGuardAddsOneStepInTheTimeOfAColdStart() {
        var run = Run(4, guards: Self.inFlight)
        // 20 in flight on each of four.
        let first = run.tick(load: 400, .shared(sumMilli: 80_000, pods: 4))
        #expect(first.replicas == 5)
        #expect(first.trace.guarded == 5 && first.trace.reason == "guard inFlightPerReplica at 20, above 12")
        for _ in 0..<3 { #expect(run.tick(load: 400, .shared(sumMilli: 80_000, pods: 4)).replicas == 5) }
        #expect(run.tick(load: 400, .shared(sumMilli: 80_000, pods: 4)).replicas == 6)
    }

    @Test func aStepIsATenthOfMany() {
        var run = Run(50, guards: Self.inFlight)
        #expect(run.tick(load: 5000, .shared(sumMilli: 1_000_000, pods: 50)).replicas == 55)
    }

    /// Four serve and four load: 20 on each of four will be 10 on each of eight.
    @Test func podsOnTheirWayShareTheLoad() {
        var run = Run(8, guards: Self.inFlight)
        run.ready = 4
        let decision = run.tick(load: 800, .shared(sumMilli: 80_000, pods: 4))
        #expect(decision.replicas == 8)
        #expect(decision.trace.guards.first?.valueMilli == 10_000)
        #expect(decision.trace.guards.first?.isExceeded == false)
    }

    @Test func podsThatWereNotReadAreLikeTheOthers() {
        var run = Run(64, guards: Self.inFlight)
        let decision = run.tick(load: 6400, .shared(sumMilli: 32 * 10_000, pods: 32))
        #expect(decision.trace.guards.first?.valueMilli == 10_000)
    }

    @Test func aGuardNeverScalesDownAndKeepsWhatItsLoadNeeds() {
        var run = Run(4, guards: Self.inFlight)
        run.tick(load: 400, .shared(sumMilli: 40_000, pods: 4))
        // The metric asks for one; on three there would be 13.3 in flight each.
        for _ in 0..<100 { #expect(run.tick(load: 100, .shared(sumMilli: 40_000, pods: 4)).replicas == 4) }
        // Without load the guard says nothing, and the window does the rest.
        var replicas: [Int32] = []
        for _ in 0..<25 { replicas.append(run.tick(load: 100, .shared(sumMilli: 0, pods: 4)).replicas) }
        #expect(replicas.first == 4 && replicas.last == 1)
    }

    @Test func aTimeIsNotSharedAmongPods() {
        var run = Run(4, guards: [LoadGuard(name: "timeToFirstTokenMilliseconds", maxMilli: 2_500_000)])
        #expect(run.tick(load: 400, .whole(milli: 2_600_000)).replicas == 5)
    }

    @Test(arguments: [GuardReading.failed("refused"), .shared(sumMilli: 1, pods: 1)])
    func aGuardThatCannotBeReadKeepsTheReplicas(reading: GuardReading) {
        var run = Run(4, guards: Self.inFlight)
        run.tick(load: 400, reading)
        for _ in 0..<40 { run.tick(load: 100, reading) }
        let isFailed = reading == .failed("refused")
        #expect(run.replicas == (isFailed ? 4 : 1))
        #expect(run.tick(load: 100, reading).events.contains { $0.reason == "FailedGetGuardMetric" } == isFailed)
    }

    @Test func whereNothingServesAGuardSaysNothing() {
        var run = Run(4, guards: Self.inFlight)
        for _ in 0..<40 { run.tick(load: 100, .none) }
        #expect(run.replicas == 1)
    }

    @Test func boundsAndCapacityHoldForGuardsToo() {
        var run = Run(4, max: 4, guards: Self.inFlight)
        #expect(run.tick(load: 400, .shared(sumMilli: 80_000, pods: 4)).replicas == 4)
        var tight = Run(4, guards: Self.inFlight)
        #expect(tight.tick(load: 400, .shared(sumMilli: 80_000, pods: 4), capacity: 4).replicas == 4)
        // A step that was not carried out costs no time.
        #expect(tight.tick(load: 400, .shared(sumMilli: 80_000, pods: 4)).replicas == 5)
    }

    @Test func guardsActAlsoWhileTheMetricIsAway() {
        var run = Run(4, guards: Self.inFlight)
        let decision = run.tick(load: nil, .shared(sumMilli: 80_000, pods: 4))
        #expect(decision.replicas == 5)
        #expect(decision.conditions[type: "ScalingActive"]?.status == .false)
    }

    @Test func theOutermostNumbersDoNotTrap() {
        var run = Run(.max, max: .max, guards: [LoadGuard(name: "queueDepth", maxMilli: 1)])
        #expect(run.tick(load: 1, .shared(sumMilli: .max, pods: 1)).replicas == .max)
        #expect(run.tick(load: 1, .whole(milli: .max)).replicas == .max)
    }

    // MARK: - Fallback

    @Test func theFallbackComesAfterItsTimeAndNeverTakesAway() {
        var run = Run(2, fallback: .atLeast(5, after: .seconds(60)))
        for _ in 0..<4 { #expect(run.tick(load: nil).replicas == 2) }
        let raised = run.tick(load: nil)
        #expect(raised.replicas == 5)
        #expect(raised.trace.reason == "fallback, no valid metric for 60 s")
        #expect(raised.conditions[type: "ScalingActive"]?.reason == "FailedGetExternalMetric")
        var large = Run(8, fallback: .atLeast(5, after: .seconds(60)))
        for _ in 0..<20 { #expect(large.tick(load: nil).replicas == 8) }
    }

    @Test func aMetricInBetweenBeginsTheTimeAnew() {
        var run = Run(2, fallback: .atLeast(5, after: .seconds(60)))
        for _ in 0..<4 { run.tick(load: nil) }
        run.tick(load: 200)
        for _ in 0..<4 { #expect(run.tick(load: nil).replicas == 2) }
    }

    @Test func whatTheFallbackRaisedStaysForAWindow() {
        var run = Run(2, fallback: .atLeast(5, after: .zero))
        #expect(run.tick(load: nil).replicas == 5)
        for _ in 0..<20 { #expect(run.tick(load: 100).replicas == 5) }
        #expect(run.tick(after: 20, load: 100).replicas == 1)
    }

    @Test func theFallbackKeepsToMaximumAndCapacity() {
        var run = Run(2, max: 4, fallback: .atLeast(50, after: .zero))
        #expect(run.tick(load: nil, capacity: 3).replicas == 3)
        #expect(run.tick(load: nil).replicas == 4)
    }

    // MARK: - Zero

    @Test func anActivationThresholdWakesAndLetsGo() {
        var run = Run(1, min: 0, activation: 50_000)
        run.tick(load: 40)
        for _ in 0..<21 { run.tick(load: 40) }
        #expect(run.replicas == 0)
        #expect(run.tick(load: 50).replicas == 0)
        let woken = run.tick(load: 51)
        #expect(woken.replicas == 1 && woken.trace.metrics.first?.isInactive == false)
        // With a minimum it is not asked.
        var kept = Run(3, min: 1, activation: 5_000_000)
        #expect(kept.tick(load: 400).replicas == 4)
    }

    @Test func aFloorThatIsRaisedAtZeroNeedsNoMetric() {
        var run = Run(1, min: 0)
        for _ in 0..<22 { run.tick(load: 0) }
        #expect(run.replicas == 0)
        let raised = run.autoscaler.within(minReplicas: 2, maxReplicas: 10)
        let observation = Observation(
            now: run.now, specReplicas: 0, statusReplicas: 0, readyReplicas: 0, readings: [.failed("down")])
        #expect(raised.decide(observation, state: &run.state).replicas == 2)
        // Zero that a person wrote stays a pause.
        var state = AutoscalerState()
        state.isScaledToZero = false
        #expect(raised.decide(observation, state: &state).replicas == 0)
    }
}
