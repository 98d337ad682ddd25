import Autoscaling
import FoundationEssentials
import KubeCore
import Testing

/// Random histories. A failure names its seed.
@Suite struct AutoscalerPropertyTests {
    struct History {
        var policy: AutoscalerPolicy
        var observations: [Observation]
    }

    static func rules(_ random: inout SplitMix64) -> ScalingRules {
        let policies = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            ScalingPolicy(
                type: Bool.random(using: &random) ? .pods : .percent, value: .random(in: 1...100, using: &random),
                periodSeconds: .random(in: 1...600, using: &random))
        }
        return ScalingRules(
            stabilizationWindowSeconds: Bool.random(using: &random) ? nil : .random(in: 0...600, using: &random),
            selectPolicy: [nil, .max, .min].randomElement(using: &random) ?? nil,
            policies: Bool.random(using: &random) ? nil : policies)
    }

    static func reading(_ random: inout SplitMix64, now: Timestamp) -> MetricReading {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return .failed("down")
        case 1: return .samples([])
        case 2: return .samples([MetricSample(value: .notANumber), MetricSample(milli: 1)])
        case 3: return .samples([MetricSample(milli: -.random(in: 1...Int64.max, using: &random))])
        case 4:
            return .samples([
                MetricSample(milli: 1, timestamp: now - .seconds(Int64.random(in: 121...9999, using: &random)))
            ])
        default:
            let most: Int64 = Bool.random(using: &random) ? 100_000 : .max / 4
            return .samples(
                (0..<Int.random(in: 1...3, using: &random)).map { _ in
                    MetricSample(milli: .random(in: 0...most, using: &random), timestamp: now)
                })
        }
    }

    static func history(_ seed: UInt64, deviations: HPADeviations) -> History {
        var random = SplitMix64(seed: seed)
        let minReplicas = Int32.random(in: 0...3, using: &random)
        let metrics = (0..<Int.random(in: 1...3, using: &random)).map { index in
            let milli = Int64.random(in: 1...200_000, using: &random)
            return MetricTarget(
                name: "m\(index)",
                target: Bool.random(using: &random) ? .averageValue(milli: milli) : .value(milli: milli))
        }
        let policy = AutoscalerPolicy(
            minReplicas: minReplicas, maxReplicas: minReplicas + .random(in: 1...100, using: &random), metrics: metrics,
            behavior: Bool.random(using: &random)
                ? nil : ScalingBehavior(scaleUp: rules(&random), scaleDown: rules(&random)),
            deviations: deviations, staleness: .seconds(120))
        var now = Timestamp(seconds: 1_767_225_600)
        let observations = (0..<40).map { _ in
            now = now + .seconds(Int64.random(in: 0...120, using: &random))
            return Observation(
                now: now, specReplicas: .random(in: 0...110, using: &random),
                statusReplicas: .random(in: 0...110, using: &random),
                readyReplicas: .random(in: 0...110, using: &random),
                readings: metrics.map { _ in reading(&random, now: now) })
        }
        return History(policy: policy, observations: observations)
    }

    /// Every decision of a history, each carried out; `between` may do something to the memory.
    static func decisions(
        _ history: History, between: (inout AutoscalerState) throws -> Void
    ) rethrows -> [Decision] {
        let autoscaler = Autoscaler(history.policy)
        var state = AutoscalerState()
        return try history.observations.map { observation in
            let decision = autoscaler.decide(observation, state: &state)
            autoscaler.recordRescale(decision, at: observation.now, state: &state)
            try between(&state)
            return decision
        }
    }

    static func decisions(_ history: History) -> [Decision] { decisions(history) { _ in } }

    static let seeds = (0..<300).map { _ in UInt64.random(in: 0...(.max)) }

    @Test func badReadingsNeverLowerReplicas() {
        for seed in Self.seeds {
            let history = Self.history(seed, deviations: .standard)
            for (observation, decision) in zip(history.observations, Self.decisions(history)) {
                let hasFailed = decision.trace.metrics.contains { $0.failure != nil }
                let floor = min(observation.specReplicas, history.policy.maxReplicas)
                #expect(!hasFailed || decision.replicas >= floor, "seed \(seed), \(decision.trace)")
            }
        }
    }

    @Test(arguments: [HPADeviations.standard, .strict])
    func decisionsStayWithinBounds(deviations: HPADeviations) {
        for seed in Self.seeds {
            let history = Self.history(seed, deviations: deviations)
            let bounds = history.policy.minReplicas...history.policy.maxReplicas
            for (observation, decision) in zip(history.observations, Self.decisions(history)) {
                let isDisabled = observation.specReplicas == 0
                #expect(bounds.contains(decision.replicas) || isDisabled, "seed \(seed), \(decision.trace)")
            }
        }
    }

    @Test func aStoredMemoryDecidesAsTheLiveOne() throws {
        for seed in Self.seeds.prefix(60) {
            let history = Self.history(seed, deviations: .standard)
            let restarted = try Self.decisions(history) { state in
                state = try JSONDecoder().decode(AutoscalerState.self, from: try JSONEncoder().encode(state))
            }
            #expect(restarted == Self.decisions(history), "seed \(seed)")
        }
    }
}

/// Sebastiano Vigna's SplitMix64: a seed gives the same numbers everywhere.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
