import Autoscaling
import FoundationEssentials
import KubeCore
import Testing

/// What holds for every history.
@Suite struct AutoscalerPropertyTests {
    typealias Tick = (observation: Observation, decision: Decision)

    /// Every decision of a history, each carried out; `between` may do something to the memory.
    static func play(
        _ history: RandomHistory, between: (inout AutoscalerState) throws -> Void
    ) rethrows -> [Tick] {
        let autoscaler = Autoscaler(history.policy)
        var state = AutoscalerState()
        return try history.observations.map { observation in
            let decision = autoscaler.decide(observation, state: &state)
            autoscaler.recordRescale(decision, at: observation.now, state: &state)
            try between(&state)
            return (observation, decision)
        }
    }

    static func play(_ history: RandomHistory) -> [Tick] { play(history) { _ in } }

    @Test func badReadingsNeverLowerReplicas() {
        for seed in RandomHistory.seeds(ticks: 16_000) {
            let history = RandomHistory(seed, deviations: .standard)
            let broken = Self.play(history).first { tick in
                tick.decision.trace.metrics.contains { $0.failure != nil }
                    && tick.decision.replicas < min(tick.observation.specReplicas, history.policy.maxReplicas)
            }
            #expect(broken == nil, "seed \(seed)")
        }
    }

    @Test(arguments: [HPADeviations.standard, .strict])
    func decisionsStayWithinBounds(deviations: HPADeviations) {
        for seed in RandomHistory.seeds(ticks: 16_000) {
            let history = RandomHistory(seed, deviations: deviations)
            let bounds = history.policy.minReplicas...history.policy.maxReplicas
            let broken = Self.play(history).first { tick in
                !bounds.contains(tick.decision.replicas) && tick.observation.specReplicas != 0
            }
            #expect(broken == nil, "seed \(seed)")
        }
    }

    /// A restart at any tick, the state stored and read again, decides as if there had been none.
    @Test(arguments: [HPADeviations.standard, .strict])
    func aStoredMemoryDecidesAsTheLiveOne(deviations: HPADeviations) throws {
        for seed in RandomHistory.seeds(ticks: 4000) {
            let history = RandomHistory(seed, deviations: deviations)
            let restarted = try Self.play(history) { state in
                state = try JSONDecoder().decode(AutoscalerState.self, from: try JSONEncoder().encode(state))
            }
            #expect(restarted.map(\.decision) == Self.play(history).map(\.decision), "seed \(seed)")
        }
    }

    /// What the state forgets is never missed.
    ///
    /// Both directions get one longest period: where they differ, HPA itself forgets an event early (`ScaleEvent`).
    @Test func forgettingChangesNoDecision() {
        for seed in RandomHistory.seeds(ticks: 16_000) {
            var history = RandomHistory(seed, deviations: .strict)
            history.policy.behavior?.scaleUp?.alignPeriods()
            history.policy.behavior?.scaleDown?.alignPeriods()
            if history.policy.behavior?.scaleUp?.policies == nil || history.policy.behavior?.scaleDown?.policies == nil
            {
                history.policy.behavior?.scaleUp?.policies = nil
                history.policy.behavior?.scaleDown?.policies = nil
            }
            var model = RememberingModel(history.policy)
            let broken = Self.play(history).first { tick in
                let isPaused = tick.decision.conditions[type: "ScalingActive"]?.reason == "ScalingDisabled"
                let expected = model.decide(
                    tick.observation, desired: tick.decision.trace.tolerated, isPaused: isPaused)
                return tick.decision.replicas != expected
            }
            #expect(broken == nil, "seed \(seed)")
        }
    }

    /// In the same situation, more load never means fewer replicas. (It may in HPA: `countPodsOnTheirWay`.)
    @Test func moreLoadNeverLowers() {
        for seed in RandomHistory.seeds(ticks: 16_000) {
            let history = RandomHistory(seed, deviations: .standard)
            let autoscaler = Autoscaler(history.policy)
            var state = AutoscalerState()
            for observation in history.observations {
                var busier = observation
                busier.readings = observation.readings.map { $0.doubled }
                var busierState = state
                let more = autoscaler.decide(busier, state: &busierState)
                let decision = autoscaler.decide(observation, state: &state)
                autoscaler.recordRescale(decision, at: observation.now, state: &state)
                // A metric that failed holds what is there, and no window brings back what somebody took away.
                guard more.trace.metrics.allSatisfy({ $0.failure == nil }) else { continue }
                #expect(more.replicas >= decision.replicas, "seed \(seed), at \(observation.now)")
            }
        }
    }

    @Test func theOrderOfMetricsDecidesNothing() {
        for seed in RandomHistory.seeds(ticks: 16_000) {
            let history = RandomHistory(seed, deviations: .standard)
            var reversed = history
            reversed.policy.metrics.reverse()
            for index in reversed.observations.indices { reversed.observations[index].readings.reverse() }
            #expect(
                Self.play(history).map(\.decision.replicas) == Self.play(reversed).map(\.decision.replicas),
                "seed \(seed)")
        }
    }
}

extension ScalingRules {
    /// Makes the last policy's period the longest that there is.
    fileprivate mutating func alignPeriods() {
        guard let last = policies?.indices.last else { return }
        policies?[last].periodSeconds = 600
    }
}

extension MetricReading {
    /// Twice the load, where that is one whose double fits.
    fileprivate var doubled: MetricReading {
        guard case .samples(let samples) = self else { return self }
        let values = samples.map { if case .milli(let value) = $0.value { value } else { Int64(-1) } }
        guard values.allSatisfy((0...(.max / 16)).contains) else { return self }
        return .samples(zip(samples, values).map { MetricSample(milli: $1 * 2, timestamp: $0.timestamp) })
    }
}
