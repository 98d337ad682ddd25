import Autoscaling
import KubeCore
import Testing

/// Rules of HPA 1.36 that its recorded decisions do not show, by reading the controller, each beside what our deviation
/// makes of it. Targets are 100 a pod, in thousandths.
@Suite struct HPAFidelityTests {
    static let start = Timestamp(seconds: 1_767_225_600)

    /// An autoscaler over several ticks 10 minutes apart, so that no window matters, whose decisions are carried out.
    struct Run {
        var policy: AutoscalerPolicy
        var state = AutoscalerState()
        var now = HPAFidelityTests.start

        init(
            _ target: MetricTarget.Target = .averageValue(milli: 100_000), min: Int32 = 0, max: Int32 = 10,
            as deviations: HPADeviations = .strict, selector: LabelSelector? = nil
        ) {
            policy = AutoscalerPolicy(
                minReplicas: min, maxReplicas: max,
                metrics: [MetricTarget(name: "rps", selector: selector, target: target)],
                deviations: deviations, namespace: "prod")
        }

        mutating func tick(
            _ spec: Int32, status: Int32? = nil, ready: Int32? = nil, load: Int64? = 0, reading: MetricReading? = nil
        ) -> Decision {
            now = now + .seconds(600)
            let given = load.map { MetricReading.samples([MetricSample(milli: $0 * 1000)]) } ?? .failed("no route")
            let autoscaler = Autoscaler(policy)
            let decision = autoscaler.decide(
                Observation(
                    now: now, specReplicas: spec, statusReplicas: status ?? spec,
                    readyReplicas: ready ?? status ?? spec,
                    readings: [reading ?? given]),
                state: &state)
            autoscaler.recordRescale(decision, at: now, state: &state)
            return decision
        }
    }

    func condition(_ decision: Decision, _ type: String) -> String? {
        decision.conditions[type: type].map { "\($0.status.rawValue) \($0.reason): \($0.message)" }
    }

    // MARK: - Zero

    @Test func itsOwnZeroIsWokenByLoad() {
        var run = Run()
        _ = run.tick(3, load: 300)
        let asleep = run.tick(3, load: 0)
        #expect(asleep.replicas == 0)
        #expect(
            condition(asleep, "ScaledToZero") == "True ScaledToZero: the HPA controller scaled the workload to zero")
        #expect(run.tick(0, load: 0).replicas == 0)
        let awake = run.tick(0, load: 250)
        #expect(awake.replicas == 3)
        #expect(
            condition(awake, "ScaledToZero")
                == "False NotScaledToZero: the HPA controller did not scale the workload to zero")
        #expect(awake.trace.reason == "external metric rps(nil) above target")
    }

    @Test(arguments: [HPADeviations.strict, .standard])
    func somebodyElsesZeroIsAPause(deviations: HPADeviations) {
        var run = Run(as: deviations)
        _ = run.tick(3, load: 300)
        let paused = run.tick(0, load: 900)
        #expect(paused.replicas == 0)
        #expect(
            condition(paused, "ScalingActive")
                == "False ScalingDisabled: scaling is disabled since the replica count of the target is zero")
        #expect(run.tick(2, load: 900).replicas == 4)
    }

    @Test func aZeroThatNobodyRemembersIsAPauseForHPAOnly() {
        var strict = Run()
        #expect(strict.tick(0, load: 250).conditions[type: "ScalingActive"]?.reason == "ScalingDisabled")
        var standard = Run(as: .standard)
        #expect(standard.tick(0, load: 250).replicas == 3)
        var withMinimum = Run(min: 1, as: .standard)
        #expect(withMinimum.tick(0, load: 250).replicas == 0)
    }

    @Test func withoutTheFeatureGateEveryZeroIsAPauseAndNoConditionTellsOfIt() {
        var run = Run()
        run.policy.canScaleFromZero = false
        _ = run.tick(3, load: 300)
        let asleep = run.tick(3, load: 0)
        #expect(asleep.replicas == 0)
        #expect(asleep.conditions[type: "ScaledToZero"] == nil)
        #expect(run.tick(0, load: 900).conditions[type: "ScalingActive"]?.reason == "ScalingDisabled")
    }

    /// Without a behavior the bounds come before the rule for it, which then has nothing to say.
    @Test(
        arguments: [
            (nil, "New size: 2; reason: "),
            (ScalingBehavior(), "New size: 2; reason: Current number of replicas below Spec.MinReplicas"),
        ] as [(ScalingBehavior?, String)])
    func aMinimumRaisedWhileAtZeroHoldsOnceThereIsAReading(behavior: ScalingBehavior?, event: String) {
        var run = Run()
        run.policy.behavior = behavior
        _ = run.tick(1, load: 100)
        #expect(run.tick(1, load: 0).replicas == 0)
        run.policy.minReplicas = 2
        #expect(run.tick(0, load: nil).replicas == 0)
        let woken = run.tick(0, load: 0)
        #expect(woken.replicas == 2)
        #expect(woken.events.map(\.message) == [event])
    }

    // MARK: - Value

    @Test func withinToleranceAValueTargetNeedsNoPods() {
        var run = Run(.value(milli: 100_000), min: 1)
        let decision = run.tick(4, status: 0, load: 105)
        #expect(decision.replicas == 4)
        #expect(decision.conditions[type: "ScalingActive"]?.reason == "ValidMetricFound")
        var standard = Run(.value(milli: 100_000), min: 1, as: .standard)
        #expect(standard.tick(4, ready: 0, load: 105).conditions[type: "ScalingActive"]?.status == .true)
    }

    @Test func beyondToleranceAValueTargetFailsWithoutPods() {
        var run = Run(.value(milli: 100_000), min: 1)
        let decision = run.tick(4, status: 0, load: 900)
        #expect(decision.replicas == 4)
        let cause = "unable to calculate ready pods: no pods returned by selector while calculating replica count"
        #expect(
            condition(decision, "ScalingActive")
                == "False FailedGetExternalMetric: the HPA was unable to compute the replica count: \(cause)")
        #expect(
            decision.events.map(\.message) == [
                cause,
                "invalid metrics (1 invalid out of 1), first error is: failed to get rps external metric value: failed to "
                    + "get external metric rps: \(cause)",
            ])
    }

    @Test func aNegativeSumOfAValueTargetFallsToTheMinimum() {
        var run = Run(.value(milli: 100_000), min: 2)
        #expect(run.tick(4, load: -900).replicas == 4)
        #expect(run.tick(4, load: -900).replicas == 2)
    }

    @Test(
        arguments: [
            // Eight were asked for, and two are ready: three would do by these two, but the load is above the target.
            (spec: 8, status: 8, ready: 2, load: 150, strict: 3, standard: 8),
            // Two were asked for, and eight still end: four would do by these eight, but the load is below the target.
            (spec: 2, status: 8, ready: 8, load: 50, strict: 4, standard: 2),
        ] as [(spec: Int32, status: Int32, ready: Int32, load: Int64, strict: Int32, standard: Int32)])
    func podsOnTheirWayCountForUsOnly(
        spec: Int32, status: Int32, ready: Int32, load: Int64, strict: Int32, standard: Int32
    ) {
        for (deviations, replicas) in [(HPADeviations.strict, strict), (.standard, standard)] {
            var run = Run(.value(milli: 100_000), min: 1, as: deviations)
            _ = run.tick(1, load: 100)
            #expect(run.tick(spec, status: status, ready: ready, load: load).replicas == replicas)
        }
    }

    // MARK: - Numbers that do not fit

    @Test func growthOfABillionReplicasWrapsInHPAOnly() {
        let current: Int32 = 1 << 30
        var strict = Run(min: 1, max: .max)
        let wrapped = strict.tick(current, load: .max / 1000)
        #expect(wrapped.replicas == .min)
        #expect(wrapped.conditions[type: "ScalingLimited"]?.reason == "ScaleUpLimit")
        var standard = Run(min: 1, max: .max, as: .standard)
        #expect(standard.tick(current, load: .max / 1000).replicas == .max)
    }

    @Test func anEnormousValueWakesNothingInHPAOnly() {
        func wake(_ deviations: HPADeviations) -> Int32 {
            var run = Run(.value(milli: 1), as: deviations)
            run.state.isScaledToZero = true
            return run.tick(0, load: .max / 1000).replicas
        }
        #expect(wake(.strict) == 0)
        #expect(wake(.standard) == 4)
    }

    @Test(arguments: [ScalingPolicy.Kind.percent, .pods])
    func aPolicyBeyondAllCountsAllowsNothingInHPAOnly(kind: ScalingPolicy.Kind) {
        let current: Int32 = 2000
        let policy = ScalingPolicy(type: kind, value: .max, periodSeconds: 60)
        func grown(_ deviations: HPADeviations) -> Int32 {
            var run = Run(min: 1, max: .max, as: deviations)
            run.policy.behavior = ScalingBehavior(scaleUp: ScalingRules(policies: [policy]))
            return run.tick(current, load: 900_000).replicas
        }
        #expect(grown(.strict) == current)
        #expect(grown(.standard) == 9000)
    }

    // MARK: - Words

    @Test func aFailureIsToldAsHPATellsIt() {
        var run = Run(min: 1, selector: LabelSelector(matchLabels: ["a": "b"]))
        let decision = run.tick(3, load: nil)
        let selector =
            "&LabelSelector{MatchLabels:map[string]string{a: b,},"
            + "MatchExpressions:[]LabelSelectorRequirement{},}"
        let cause = "unable to get external metric prod/rps/\(selector): no route"
        #expect(
            decision.conditions[type: "ScalingActive"]?.message
                == "the HPA was unable to compute the replica count: \(cause)")
        #expect(
            decision.events == [
                AutoscalerEvent(type: .warning, reason: "FailedGetExternalMetric", message: cause),
                AutoscalerEvent(
                    type: .warning, reason: "FailedComputeMetricsReplicas",
                    message: "invalid metrics (1 invalid out of 1), first error is: failed to get rps external metric "
                        + "value: failed to get rps external metric: \(cause)"),
            ])
    }

    @Test func anEmptyResultIsToldAsHPATellsIt() {
        var run = Run(min: 1)
        let decision = run.tick(3, reading: .samples([]))
        #expect(
            decision.events.first?.message
                == "unable to get external metric prod/rps/nil: no metrics returned from external metrics API")
    }

    /// Somebody took replicas away, and the window brings them back.
    @Test func aRescaleByTheWindowAloneHasNoReasonInHPA() {
        func event(_ deviations: HPADeviations) -> String? {
            var run = Run(min: 1, as: deviations)
            _ = run.tick(8, load: 800)
            run.now = run.now - .seconds(599)
            return run.tick(5, load: 500).events.last?.message
        }
        #expect(event(.strict) == "New size: 8; reason: ")
        #expect(event(.standard) == "New size: 8; reason: external metric rps at target")
    }

    @Test func aRefusedWriteIsAnEvent() {
        var run = Run(min: 1)
        let decision = run.tick(1, load: 300)
        #expect(
            decision.rescaleFailedEvent("conflict")
                == AutoscalerEvent(
                    type: .warning, reason: "FailedRescale",
                    message: "New size: 3; reason: external metric rps(nil) above target; error: conflict"))
    }
}
