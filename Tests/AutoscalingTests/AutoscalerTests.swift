import Autoscaling
import FoundationEssentials
import KubeCore
import Testing

/// One rule each, on one decision. Targets are 100 a pod, in thousandths.
@Suite struct AutoscalerTests {
    static let start = Timestamp(seconds: 1_767_225_600)

    func policy(
        _ targets: [MetricTarget.Target] = [.averageValue(milli: 100_000)], min: Int32 = 1, max: Int32 = 10,
        behavior: ScalingBehavior? = nil, deviations: HPADeviations = .standard, onEmpty: MetricTarget.OnEmpty = .hold
    ) -> AutoscalerPolicy {
        let metrics = targets.enumerated().map {
            MetricTarget(name: "m\($0.offset)", target: $0.element, onEmpty: onEmpty)
        }
        return AutoscalerPolicy(
            minReplicas: min, maxReplicas: max, metrics: metrics, behavior: behavior, deviations: deviations,
            staleness: .seconds(120))
    }

    /// Decides once, with nothing remembered.
    func decide(
        _ policy: AutoscalerPolicy, spec: Int32, status: Int32? = nil, ready: Int32? = nil, _ readings: MetricReading...
    ) -> Decision {
        var state = AutoscalerState()
        return Autoscaler(policy).decide(
            Observation(
                now: Self.start, specReplicas: spec, statusReplicas: status ?? spec,
                readyReplicas: ready ?? status ?? spec, readings: readings),
            state: &state)
    }

    func load(_ values: Int64...) -> MetricReading { .samples(values.map { MetricSample(milli: $0 * 1000) }) }

    func reason(_ decision: Decision, _ type: String) -> String? { decision.conditions[type: type]?.reason }

    // MARK: - AverageValue

    @Test(
        arguments: [
            (spec: 3, status: 3, load: 300, replicas: 3), (spec: 3, status: 3, load: 330, replicas: 3),
            (spec: 3, status: 3, load: 331, replicas: 4), (spec: 3, status: 2, load: 300, replicas: 3),
            // Within tolerance of what there is, the proposal is what there is, not what was asked for.
            (spec: 4, status: 3, load: 300, replicas: 4), (spec: 1, status: 1, load: 540, replicas: 4),
            (spec: 4, status: 4, load: 540, replicas: 6), (spec: 4, status: 0, load: 500, replicas: 5),
            (spec: 9, status: 9, load: 5000, replicas: 10),
        ] as [(spec: Int32, status: Int32, load: Int64, replicas: Int32)])
    func averageValueIsSharedAmongWhatThereIs(spec: Int32, status: Int32, load: Int64, replicas: Int32) {
        #expect(decide(policy(), spec: spec, status: status, self.load(load)).replicas == replicas)
    }

    @Test func theHighestOfSeveralMetricsWins() {
        let decision = decide(
            policy([.averageValue(milli: 100_000), .averageValue(milli: 50_000)]), spec: 2, load(150), load(150))
        #expect(decision.replicas == 3)
        #expect(decision.conditions[type: "ScalingActive"]?.message.contains("external metric m1") == true)
    }

    @Test func samplesOfOneMetricAreAdded() {
        #expect(decide(policy(), spec: 2, load(100, 150, 50)).replicas == 3)
    }

    // MARK: - Tolerance

    @Test(
        arguments: [
            ("200m", nil, 119, 1), ("200m", nil, 121, 2), (nil, "200m", 91, 2), ("0", nil, 101, 2), ("9m", nil, 100, 1),
        ] as [(String?, String?, Int64, Int32)])
    func toleranceIsPerDirection(up: String?, down: String?, load: Int64, replicas: Int32) {
        let spec: Int32 = down == nil ? 1 : 2
        let behavior = ScalingBehavior(
            scaleUp: ScalingRules(tolerance: up.flatMap { Quantity($0) }),
            scaleDown: ScalingRules(stabilizationWindowSeconds: 0, tolerance: down.flatMap { Quantity($0) }))
        let load = down == nil ? load : 2 * load
        #expect(decide(policy(behavior: behavior), spec: spec, self.load(load)).replicas == replicas)
    }

    // MARK: - Value

    @Test(
        arguments: [
            // ready x ratio; pods that load do not multiply again.
            (spec: 2, ready: 2, load: 200, replicas: 4), (spec: 4, ready: 2, load: 200, replicas: 4),
            (spec: 4, ready: 4, load: 105, replicas: 4), (spec: 0, ready: 0, load: 250, replicas: 3),
        ] as [(spec: Int32, ready: Int32, load: Int64, replicas: Int32)])
    func valueScalesTheReadyPods(spec: Int32, ready: Int32, load: Int64, replicas: Int32) {
        let decision = decide(policy([.value(milli: 100_000)], min: 0), spec: spec, ready: ready, self.load(load))
        #expect(decision.replicas == replicas)
    }

    @Test func withoutAReadyPodAValueTargetHoldsUnlessStrict() {
        func decision(_ deviations: HPADeviations) -> Decision {
            var state = AutoscalerState()
            // An old recommendation of the same size, so that the window does not hide the fall.
            state.recommendations = [Recommendation(replicas: 4, time: Self.start - .seconds(1000))]
            return Autoscaler(policy([.value(milli: 100_000)], deviations: deviations)).decide(
                Observation(
                    now: Self.start, specReplicas: 4, statusReplicas: 4, readyReplicas: 0, readings: [load(500)]),
                state: &state)
        }
        #expect(decision(.standard).replicas == 4)
        #expect(reason(decision(.standard), "ScalingActive") == "FailedGetExternalMetric")
        #expect(decision(.strict).replicas == 1)
    }

    // MARK: - Bad numbers

    @Test func aNegativeSampleHoldsUnlessStrict() {
        #expect(decide(policy(max: 50), spec: 3, load(-5)).replicas == 3)
        #expect(decide(policy(max: 50, deviations: .strict), spec: 3, load(-5)).replicas == 6)
    }

    @Test(arguments: [
        [MetricSample(milli: .max), MetricSample(milli: 1)], [MetricSample(value: .unusable("infinite"))],
        [MetricSample(value: .notANumber), MetricSample(milli: 0)], [MetricSample(value: .notANumber)], [],
        [MetricSample(milli: 0, timestamp: start - .seconds(121))],
        [MetricSample(milli: 0, timestamp: start), MetricSample(milli: 0, timestamp: start - .seconds(121))],
    ])
    func whatIsNoLoadHolds(samples: [MetricSample]) {
        let decision = decide(policy(), spec: 7, .samples(samples))
        #expect(decision.replicas == 7)
        #expect(decision.conditions[type: "ScalingActive"]?.status == .false)
        #expect(reason(decision, "ScalingActive") == "FailedGetExternalMetric")
        #expect(decision.events.map(\.reason) == ["FailedGetExternalMetric", "FailedComputeMetricsReplicas"])
        #expect(decision.trace.metrics.first?.failure != nil)
    }

    @Test func aSampleJustYoungEnoughCountsAndStrictTakesAnyAge() {
        func reading(_ age: Int64) -> MetricReading {
            .samples([MetricSample(milli: 500_000, timestamp: Self.start - .seconds(age))])
        }
        #expect(decide(policy(), spec: 3, reading(120)).replicas == 5)
        #expect(decide(policy(), spec: 3, reading(121)).replicas == 3)
        #expect(decide(policy(deviations: .strict), spec: 3, reading(100_000)).replicas == 5)
    }

    @Test func numbersAtTheEndsDoNotTrap() {
        let extremes: [Int64] = [.min, -1, 0, 1, .max]
        for value in extremes {
            for target in [MetricTarget.Target.averageValue(milli: 1), .value(milli: 1), .averageValue(milli: .max)] {
                for deviations in [HPADeviations.standard, .strict] {
                    for behavior in [nil, ScalingBehavior()] {
                        let decision = decide(
                            policy([target], max: .max, behavior: behavior, deviations: deviations), spec: .max,
                            .samples([MetricSample(milli: value), MetricSample(milli: value)]))
                        // HPA's own limit wraps at this size: see docs/autoscaling.md.
                        #expect(decision.replicas >= 1 || deviations == .strict)
                    }
                }
            }
        }
    }

    // MARK: - Empty

    @Test(
        arguments: [
            (MetricTarget.OnEmpty.hold, 5, "FailedGetExternalMetric"), (.zero, 5, "ValidMetricFound"),
            (.ignore, 5, "NoMetricsAvailable"),
        ] as [(MetricTarget.OnEmpty, Int32, String)])
    func emptyMeansWhatTheMetricSays(onEmpty: MetricTarget.OnEmpty, replicas: Int32, reason: String) {
        let decision = decide(policy(onEmpty: onEmpty), spec: 5, .samples([]))
        #expect(decision.replicas == replicas)
        #expect(self.reason(decision, "ScalingActive") == reason)
        #expect(decision.trace.raw == (onEmpty == .zero ? 0 : nil))
        #expect(decision.trace.metrics.first?.isIgnored == (onEmpty == .ignore))
    }

    @Test func anIgnoredMetricLeavesTheOthersTheirSay() {
        let both = policy([.averageValue(milli: 100_000), .averageValue(milli: 1)], onEmpty: .ignore)
        #expect(decide(both, spec: 2, load(400), .samples([MetricSample(value: .notANumber)])).replicas == 4)
    }

    // MARK: - Partial failure

    @Test(
        arguments: [
            (load: 500, replicas: 5, active: "True"), (load: 100, replicas: 3, active: "False"),
            (load: 300, replicas: 3, active: "True"),
        ] as [(load: Int64, replicas: Int32, active: String)])
    func withOneMetricFailedTheOthersOnlyRaise(load: Int64, replicas: Int32, active: String) {
        let both = policy([.averageValue(milli: 100_000), .averageValue(milli: 100_000)])
        let decision = decide(both, spec: 3, .failed("no route"), self.load(load))
        #expect(decision.replicas == replicas)
        #expect(decision.conditions[type: "ScalingActive"]?.status.rawValue == active)
        #expect(decision.events.first?.message == "unable to get external metric m0: no route")
    }

    @Test func aReadingThatIsMissingIsAFailure() {
        #expect(reason(decide(policy(), spec: 3), "ScalingActive") == "FailedGetExternalMetric")
    }

    // MARK: - Bounds

    @Test func zeroReplicasWithAMinimumAreAPause() {
        let decision = decide(policy(), spec: 0, load(500))
        #expect(decision.replicas == 0)
        #expect(reason(decision, "ScalingActive") == "ScalingDisabled")
        #expect(decision.events.isEmpty)
    }

    @Test func fromZeroWithoutAMinimumLoadScalesUp() {
        #expect(decide(policy(min: 0), spec: 0, load(150)).replicas == 2)
        #expect(decide(policy(min: 0), spec: 0, load(0)).replicas == 0)
    }

    @Test(
        arguments: [
            (20, 10, "Current number of replicas above Spec.MaxReplicas"),
            (1, 2, "Current number of replicas below Spec.MinReplicas"),
        ] as [(Int32, Int32, String)])
    func outsideTheBoundsGoesStraightToTheBound(spec: Int32, replicas: Int32, why: String) {
        let decision = decide(policy(min: 2), spec: spec, .failed("down"))
        #expect(decision.replicas == replicas)
        #expect(decision.trace.reason == why)
        #expect(reason(decision, "AbleToScale") == "SucceededRescale")
        #expect(
            decision.events == [
                AutoscalerEvent(
                    type: .normal, reason: "SuccessfulRescale", message: "New size: \(replicas); reason: \(why)")
            ])
    }

    // MARK: - Words

    @Test func conditionsAndTraceTellTheWholeWay() {
        let decision = decide(policy(max: 3), spec: 2, load(1000))
        #expect(decision.isRescale)
        #expect(
            decision.conditions.map { "\($0.type) \($0.status.rawValue) \($0.reason): \($0.message)" } == [
                "AbleToScale True SucceededRescale: the HPA controller was able to update the target scale to 3",
                "ScalingActive True ValidMetricFound: the HPA was able to successfully calculate a replica count from "
                    + "external metric m0",
                "ScalingLimited True TooManyReplicas: the desired replica count is more than the maximum replica count",
            ])
        let trace = decision.trace
        #expect([trace.raw, trace.tolerated, trace.stabilized, trace.limited, trace.final] == [10, 10, 10, 3, 3])
        #expect(trace.reason == "external metric m0 above target")
        #expect(trace.metrics.first?.usageMilli == 1_000_000)
        #expect(trace.metrics.first?.averageMilli == 500_000)
        #expect(trace.metrics.first?.ratio == 5)
    }

    // MARK: - Forecast and capacity

    func decide(spec: Int32, load: MetricReading, forecast: Int32? = nil, capacity: Int32? = nil) -> Decision {
        var state = AutoscalerState()
        return Autoscaler(policy(max: 8)).decide(
            Observation(
                now: Self.start, specReplicas: spec, statusReplicas: spec, readyReplicas: spec, readings: [load],
                forecastReplicas: forecast, capacity: capacity),
            state: &state)
    }

    @Test(
        arguments: [
            (forecast: 6, replicas: 6, trace: "raw 4 -> tolerance 4 -> forecast 6 -> stabilized 6 -> rate-limited 6"),
            (forecast: 1, replicas: 4, trace: "raw 4 -> tolerance 4 -> forecast 4 -> stabilized 4 -> rate-limited 4"),
            (
                forecast: 99, replicas: 8,
                trace: "raw 4 -> tolerance 4 -> forecast 99 -> stabilized 99 -> rate-limited 8"
            ),
        ] as [(forecast: Int32, replicas: Int32, trace: String)])
    func aForecastRaisesAndNeverLowers(forecast: Int32, replicas: Int32, trace: String) {
        let decision = decide(spec: 4, load: load(400), forecast: forecast)
        #expect(decision.replicas == replicas)
        #expect(decision.trace.description.hasPrefix(trace + " -> final \(replicas): "))
        #expect(decision.trace.reason.hasPrefix(forecast > 4 ? "forecast of external" : "external"))
    }

    @Test func aForecastAloneIsNoReason() {
        let decision = decide(spec: 4, load: .failed("down"), forecast: 8)
        #expect(decision.replicas == 4)
        #expect(decision.trace.forecast == nil)
    }

    @Test(
        arguments: [
            (spec: 4, load: 800, capacity: 6, replicas: 6, reason: "InsufficientCapacity"),
            (spec: 4, load: 800, capacity: 9, replicas: 8, reason: "DesiredWithinRange"),
            // A quota that shrank takes nothing away.
            (spec: 4, load: 800, capacity: 2, replicas: 4, reason: "InsufficientCapacity"),
            (spec: 4, load: 400, capacity: 2, replicas: 4, reason: "DesiredWithinRange"),
        ] as [(spec: Int32, load: Int64, capacity: Int32, replicas: Int32, reason: String)])
    func capacityHoldsGrowthBack(spec: Int32, load: Int64, capacity: Int32, replicas: Int32, reason: String) {
        let decision = decide(spec: spec, load: self.load(load), capacity: capacity)
        #expect(decision.replicas == replicas)
        #expect(self.reason(decision, "ScalingLimited") == reason)
        #expect(decision.trace.capacity == replicas)
    }

    @Test func aFailedWriteIsAConditionOfItsOwn() {
        let condition = decide(policy(), spec: 1, load(500)).rescaleFailed("conflict")
        #expect(condition.status == .false)
        #expect(condition.reason == "FailedUpdateScale")
        #expect(condition.message.hasSuffix(": conflict"))
    }

    @Test func aSelectorIsWrittenAsKubernetesWritesIt() {
        var policy = policy()
        policy.metrics[0].selector = LabelSelector(
            matchLabels: ["b": "2", "a": "1"], matchExpressions: [.init(key: "c", operator: .in, values: ["x", "y"])])
        #expect(
            decide(policy, spec: 1, load(200)).trace.reason
                == "external metric m0(&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},"
                + "MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:c,Operator:In,"
                + "Values:[x y],},},}) above target")
    }
}
