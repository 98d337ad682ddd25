import Autoscaling
import Base
import KubeCore

/// A random policy and what its autoscaler sees. Every failure of a test names the seed, which makes the same history.
struct RandomHistory {
    let seed: UInt64
    var policy: AutoscalerPolicy
    var observations: [Observation]

    init(_ seed: UInt64, deviations: HPADeviations, ticks: Int = 40) {
        self.seed = seed
        var random = SplitMix64(seed: seed)
        let policy = Self.policy(&random, deviations)
        var now = Timestamp(seconds: 1_767_225_600)
        var replicas = Int32.random(in: 0...110, using: &random)
        observations = (0..<ticks).map { _ in
            now = now + .seconds(Int64.random(in: 0...120, using: &random))
            // Now and then somebody else writes the replicas, or what runs lags behind.
            if Int.random(in: 0..<8, using: &random) == 0 { replicas = .random(in: 0...110, using: &random) }
            let isLagging = Int.random(in: 0..<4, using: &random) == 0
            let status = isLagging ? Int32.random(in: 0...110, using: &random) : replicas
            return Observation(
                now: now, specReplicas: replicas, statusReplicas: status,
                readyReplicas: .random(in: 0...status, using: &random),
                readings: policy.metrics.map { Self.reading(&random, $0, now: now) })
        }
        self.policy = policy
    }

    /// Seeds for about this many ticks. `AUTOSCALING_PROPERTY_TICKS` asks for more.
    static func seeds(ticks: Int) -> [UInt64] {
        let wanted = max(ticks, Environment.propertyTicks ?? 0)
        return (0..<(wanted / 40)).map { _ in UInt64.random(in: 0...(.max)) }
    }

    // MARK: - Parts

    private static func policy(_ random: inout SplitMix64, _ deviations: HPADeviations) -> AutoscalerPolicy {
        let minReplicas = Int32.random(in: 0...3, using: &random)
        let metrics = (0..<Int.random(in: 1...3, using: &random)).map { index in
            let milli = Int64.random(in: 1...200_000, using: &random)
            return MetricTarget(
                name: "m\(index)",
                target: Int.random(in: 0..<4, using: &random) > 0 ? .averageValue(milli: milli) : .value(milli: milli))
        }
        let behavior = ScalingBehavior(scaleUp: rules(&random), scaleDown: rules(&random))
        return AutoscalerPolicy(
            minReplicas: minReplicas, maxReplicas: minReplicas + .random(in: 1...100, using: &random), metrics: metrics,
            behavior: Int.random(in: 0..<3, using: &random) == 0 ? nil : behavior, deviations: deviations,
            staleness: .seconds(120))
    }

    private static func rules(_ random: inout SplitMix64) -> ScalingRules? {
        guard Int.random(in: 0..<5, using: &random) > 0 else { return nil }
        let policies = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            ScalingPolicy(
                type: Bool.random(using: &random) ? .pods : .percent, value: .random(in: 1...100, using: &random),
                periodSeconds: .random(in: 1...600, using: &random))
        }
        return ScalingRules(
            stabilizationWindowSeconds: Bool.random(using: &random) ? nil : .random(in: 0...600, using: &random),
            selectPolicy: [nil, .max, .min, .disabled].randomElement(using: &random) ?? nil,
            policies: Bool.random(using: &random) ? nil : policies,
            tolerance: [nil, "0", "50m", "500m"].randomElement(using: &random)?.flatMap { Quantity($0) })
    }

    private static func reading(
        _ random: inout SplitMix64, _ metric: MetricTarget, now: Timestamp
    ) -> MetricReading {
        switch Int.random(in: 0..<30, using: &random) {
        case 0: return .failed("down")
        case 1: return .samples([])
        case 2: return .samples([MetricSample(value: .notANumber), MetricSample(milli: 1)])
        case 3: return .samples([MetricSample(milli: -.random(in: 1...Int64.max, using: &random))])
        case 4:
            let age = Int64.random(in: 121...9999, using: &random)
            return .samples([MetricSample(milli: 1, timestamp: now - .seconds(age))])
        case 5:
            return .samples((0..<3).map { _ in MetricSample(milli: .random(in: 0...(.max), using: &random)) })
        default: return .samples([MetricSample(milli: load(&random, metric), timestamp: now)])
        }
    }

    /// What up to 120 replicas would serve.
    private static func load(_ random: inout SplitMix64, _ metric: MetricTarget) -> Int64 {
        switch metric.target {
        case .averageValue(let milli): .random(in: 0...(120 * milli), using: &random)
        case .value(let milli): .random(in: 0...(3 * milli), using: &random)
        }
    }
}
