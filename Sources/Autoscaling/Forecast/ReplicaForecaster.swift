internal import KubeCore

/// Turns what the metrics were into what they will need: one forecaster for each AverageValue metric of a policy. A plain
/// value that can be stored; whoever decides keeps one for each resource, beside its `AutoscalerState`.
///
/// The horizon is how long a pod takes to be ready (the measured P90) and one more sync period, since what is not asked
/// for now is asked for then. Before the first measurement it is what the pods on their way have taken until now, and at
/// least two minutes. Metrics with a Value target are not forecast: they are no load that replicas share.
public struct ReplicaForecaster: Sendable, Hashable, Codable {
    /// What a cold start counts as before any was measured.
    public static let assumedColdStart = Duration.seconds(120)

    /// By the metric's name and selector. A metric that the policy has no more is forgotten.
    private var forecasters: [String: LoadForecaster] = [:]

    public init() {}

    /// Learns the readings of this tick, and sets what the observation says of the forecast.
    ///
    /// - Parameters:
    ///   - observation: with the readings in the policy's order. Readings that the policy's rules refuse teach nothing.
    ///   - coldStart: of the revision that is scaled.
    ///   - onTheirWay: its pods that are pending or loading.
    /// - Returns: for people, what was set; nil where there is no forecast.
    @discardableResult
    public mutating func forecast(
        _ observation: inout Observation, policy: AutoscalerPolicy, coldStart: ColdStartTimes,
        onTheirWay: PodsOnTheirWay = PodsOnTheirWay(scheduledAt: []), syncPeriod: Duration
    ) -> ReplicaForecast? {
        let horizon = Self.horizon(coldStart, onTheirWay, now: observation.now) + syncPeriod
        learn(observation, policy, horizon: horizon)
        let forecasts = policy.metrics.compactMap { metric -> ReplicaForecast? in
            guard case .averageValue(let target) = metric.target, target > 0,
                let load = forecasters[Self.key(metric)]?.forecast(at: observation.now, horizon: horizon)
            else { return nil }
            return ReplicaForecast(
                replicas: load.isJump
                    ? Self.replicas(load.upper, target)
                    : Self.replicas(load.upper, target, observation.statusReplicas, policy.tolerances),
                kept: load.kept.map { Self.replicas($0, target) }, horizon: horizon, metric: metric.name, load: load)
        }
        let highest = forecasts.max { $0.replicas < $1.replicas }
        observation.forecastReplicas = highest?.replicas
        observation.isJump = highest?.load.isJump ?? false
        // What is given back has to be known of every metric.
        let kept = forecasts.compactMap(\.kept)
        observation.keptReplicas = kept.count == policy.metrics.count ? kept.max() : nil
        return highest
    }

    /// Upwards HPA's tolerance holds for a load that is expected as it does for one that is there, unless it jumps: then
    /// requests wait already.
    private static func replicas(
        _ load: Int64, _ target: Int64, _ statusReplicas: Int32, _ tolerances: Tolerances
    ) -> Int32 {
        let ratio = Double(load) / (Double(target) * Double(statusReplicas))
        return ratio > 1 && tolerances.contains(ratio) ? statusReplicas : replicas(load, target)
    }

    private static func replicas(_ load: Int64, _ target: Int64) -> Int32 { Int32(clamping: (load - 1) / target + 1) }

    /// Moves what it remembers by how far the wall clock was set, as `AutoscalerState.shift(by:)` does.
    public mutating func shift(by jump: Duration) {
        for key in forecasters.keys { forecasters[key]?.shift(by: jump) }
    }

    private mutating func learn(_ observation: Observation, _ policy: AutoscalerPolicy, horizon: Duration) {
        let evaluator = MetricEvaluator(
            deviations: .standard, staleness: policy.staleness, now: observation.now)
        var known: Set<String> = []
        for (metric, reading) in zip(policy.metrics, observation.readings) {
            guard case .averageValue(let target) = metric.target else { continue }
            let key = Self.key(metric)
            known.insert(key)
            guard case .values(let values) = evaluator.evaluate(reading, onEmpty: metric.onEmpty) else { continue }
            forecasters[key, default: LoadForecaster()].observe(
                values.reduce(0, +), at: observation.now, horizon: horizon,
                served: Double(observation.readyReplicas) * Double(target))
        }
        if forecasters.count > known.count { forecasters = forecasters.filter { known.contains($0.key) } }
    }

    private static func horizon(_ coldStart: ColdStartTimes, _ onTheirWay: PodsOnTheirWay, now: Timestamp) -> Duration {
        if let measured = coldStart.p90 { return measured }
        let waited = onTheirWay.scheduledAt.compactMap { $0.map { now.since($0) } }.max() ?? .zero
        return max(waited, assumedColdStart)
    }

    private static func key(_ metric: MetricTarget) -> String {
        metric.selector.map { "\(metric.name){\($0.queryText)}" } ?? metric.name
    }
}
