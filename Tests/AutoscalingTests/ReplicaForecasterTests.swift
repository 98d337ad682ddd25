import Autoscaling
import Base
import KubeCore
import Testing

@Suite struct ReplicaForecasterTests {
    static let start = Timestamp(seconds: 1_767_225_600)
    static let policy = AutoscalerPolicy(
        maxReplicas: 1000,
        metrics: [
            MetricTarget(name: "rps", target: .averageValue(milli: 10_000)),
            MetricTarget(name: "latency", target: .value(milli: 2000)),
        ])

    static func observation(_ second: Int, _ milli: Int64, replicas: Int32 = 10) -> Observation {
        let sample = MetricReading.samples([MetricSample(milli: milli)])
        return Observation(
            now: start + .seconds(second), specReplicas: replicas, statusReplicas: replicas, readyReplicas: replicas,
            readings: [sample, .samples([MetricSample(milli: 1)])])
    }

    static func starts(_ seconds: Int) -> ColdStartTimes {
        var times = ColdStartTimes()
        times.record(.seconds(seconds))
        return times
    }

    @Test func theHorizonIsTheColdStartAndASyncPeriod() throws {
        var forecaster = ReplicaForecaster()
        var horizons: [Duration] = []
        for (second, starts) in [(600, Self.starts(300)), (700, ColdStartTimes())] {
            for tick in stride(from: second - 600, through: second, by: 5) {
                var observation = Self.observation(tick, 100_000)
                let waiting = PodsOnTheirWay(scheduledAt: [Self.start + .seconds(tick - 200), nil])
                let forecast = forecaster.forecast(
                    &observation, policy: Self.policy, coldStart: starts, onTheirWay: waiting,
                    syncPeriod: .seconds(5))
                if tick == second { horizons.append(try #require(forecast).horizon) }
            }
        }
        #expect(horizons == [.seconds(305), .seconds(205)])
    }

    @Test func aRampAsksForTheReplicasThatItWillNeed() throws {
        var forecaster = ReplicaForecaster()
        var observation = Self.observation(0, 0)
        for second in stride(from: 0, through: 1200, by: 5) {
            observation = Self.observation(second, 100_000 + Int64(second) * 100)
            forecaster.forecast(
                &observation, policy: Self.policy, coldStart: Self.starts(295), syncPeriod: .seconds(5))
        }
        // 220 now, 250 in five minutes.
        #expect((24...28).contains(try #require(observation.forecastReplicas)))
    }

    @Test func readingsThatDoNotCountTeachNothing() {
        var forecaster = ReplicaForecaster()
        let bad: [MetricReading] = [
            .failed("down"), .samples([]), .samples([MetricSample(milli: -5)]),
            .samples([MetricSample(value: .unusable("infinite"))]),
            .samples([MetricSample(milli: .max), MetricSample(milli: .max)]),
        ]
        for second in stride(from: 0, through: 1200, by: 5) {
            var observation = Self.observation(second, 0)
            observation.readings[0] = bad[second / 5 % bad.count]
            let forecast = forecaster.forecast(
                &observation, policy: Self.policy, coldStart: Self.starts(300), syncPeriod: .seconds(5))
            #expect(forecast == nil && observation.forecastReplicas == nil)
        }
    }

    /// Whatever the load does, a decision with the forecast is never below what the load now needs less the tolerance; and
    /// the same input decides the same.
    @Test func aForecastNeverLowersBelowTheNeed() {
        for seed in (0..<40).map({ _ in UInt64.random(in: 0...(.max)) }) {
            var random = SplitMix64(seed: seed)
            var policy = Self.policy
            policy.metrics.removeLast()
            let autoscaler = Autoscaler(policy)
            var forecasters = [ReplicaForecaster(), ReplicaForecaster()]
            var states = [AutoscalerState(), AutoscalerState()]
            var load = Int64.random(in: 0...5_000_000, using: &random)
            var replicas: Int32 = 100
            for tick in 0..<400 {
                if Int.random(in: 0..<20, using: &random) == 0 { load = .random(in: 0...5_000_000, using: &random) }
                let decisions = (0..<2).map { index in
                    var observation = Self.observation(tick * 5, load, replicas: replicas)
                    observation.readings.removeLast()
                    forecasters[index].forecast(
                        &observation, policy: policy, coldStart: Self.starts(300), syncPeriod: .seconds(5))
                    return autoscaler.decide(observation, state: &states[index])
                }
                let needed = Int32((load + 9999) / 10_000)
                let reachable = min(needed, max(2 * replicas, 4), 1000)
                #expect(decisions[0].replicas * 11 >= (max(reachable, 1) - 1) * 10, "seed \(seed), tick \(tick)")
                #expect(decisions[0] == decisions[1], "seed \(seed), tick \(tick)")
                replicas = decisions[0].replicas
            }
        }
    }

    /// Noise of five percent that the replicas have room for asks for nothing, however often it is looked at, and though
    /// nobody looks for two minutes.
    @Test(arguments: [1, 5, 15], [1, 130, 480])
    func noiseAsksForNothing(period: Int, coldStart: Int) {
        let seed = UInt64(20_261_128 + 1000 * period + coldStart)
        var random = SplitMix64(seed: seed)
        let policy = AutoscalerPolicy(
            maxReplicas: 6, metrics: [MetricTarget(name: "rps", target: .averageValue(milli: 180_000))])
        var raised: [(second: Int, method: String)] = []
        for _ in 0..<100 {
            var forecaster = ReplicaForecaster()
            for second in stride(from: 0, to: 1800, by: period) where !(1000..<1120).contains(second) {
                let milli = Int64.random(in: 484_500...535_500, using: &random)
                var observation = Self.observation(second, milli, replicas: 3)
                observation.readings.removeLast()
                let forecast = forecaster.forecast(
                    &observation, policy: policy, coldStart: Self.starts(coldStart), syncPeriod: .seconds(period))
                if let forecast, forecast.replicas > 3 { raised.append((second, forecast.load.method)) }
            }
        }
        #expect(raised.isEmpty, "seed \(seed): \(raised.count) times, at \(raised.prefix(20))")
    }

    /// With a forecast a tolerance keeps no replicas that are not needed, unless it was asked for.
    @Test(arguments: [(nil, 19), ("100m", 20)] as [(String?, Int32)])
    func aToleranceThatNobodyAskedForKeepsNothing(tolerance: String?, replicas: Int32) {
        var policy = Self.policy
        policy.metrics.removeLast()
        policy.behavior = ScalingBehavior(
            scaleDown: ScalingRules(
                stabilizationWindowSeconds: 0, tolerance: tolerance.flatMap { Quantity($0) }))
        var observation = Self.observation(0, 190_000, replicas: 20)
        observation.readings.removeLast()
        observation.forecastReplicas = 18
        observation.keptReplicas = 18
        var state = AutoscalerState()
        #expect(Autoscaler(policy).decide(observation, state: &state).replicas == replicas)
    }

    /// What the forecast keeps takes the place of a window that nobody asked for, and of no other; the last replica goes by
    /// the window.
    @Test(
        arguments: [
            (load: 100, kept: 12, window: nil, guards: 0, replicas: 12),
            (load: 100, kept: 5, window: nil, guards: 0, replicas: 10),
            (load: 100, kept: 90, window: nil, guards: 0, replicas: 20),
            (load: 100, kept: nil, window: nil, guards: 0, replicas: 20),
            (load: 100, kept: 12, window: 300, guards: 0, replicas: 20),
            (load: 100, kept: 12, window: 0, guards: 0, replicas: 10),
            (load: 100, kept: 12, window: nil, guards: 1, replicas: 20),
            (load: 0, kept: 0, window: nil, guards: 0, replicas: 1),
        ] as [(load: Int64, kept: Int32?, window: Int32?, guards: Int, replicas: Int32)])
    func theForecastTakesTheWindowsPlace(
        load: Int64, kept: Int32?, window: Int32?, guards: Int, replicas: Int32
    ) {
        for hasBehavior in [false, true] where hasBehavior || window == nil {
            var policy = Self.policy
            policy.minReplicas = 0
            policy.metrics.removeLast()
            policy.guards = (0..<guards).map { LoadGuard(name: "guard\($0)", maxMilli: 1000) }
            if hasBehavior {
                policy.behavior = ScalingBehavior(scaleDown: ScalingRules(stabilizationWindowSeconds: window))
            }
            var observation = Self.observation(0, load * 1000, replicas: 20)
            observation.readings.removeLast()
            observation.forecastReplicas = 0
            observation.keptReplicas = kept
            var state = AutoscalerState()
            state.recommendations = [Recommendation(replicas: 20, time: Self.start - .seconds(60))]
            let decision = Autoscaler(policy).decide(observation, state: &state)
            #expect(decision.replicas == replicas)
            #expect(decision.trace.stabilized == replicas)
        }
    }

    /// Until it knows something an operator decides as HPA does; then a load that went is given back sooner.
    @Test func aColdForecasterKeepsTheWindow() {
        var forecaster = ReplicaForecaster()
        var policy = Self.policy
        policy.metrics.removeLast()
        var known: [Int: Bool] = [:]
        for second in stride(from: 0, through: 3600, by: 5) {
            var observation = Self.observation(second, 100_000)
            observation.readings.removeLast()
            forecaster.forecast(
                &observation, policy: policy, coldStart: Self.starts(130), syncPeriod: .seconds(5))
            known[second] = observation.keptReplicas != nil
            if second < 570 { #expect(observation.forecastReplicas == nil) }
        }
        #expect(known[600] == false && known[3600] == true)
    }
}
