import Autoscaling
import KubeCore

/// The rules of windows and policies over a history of which nothing is ever forgotten: what the autoscaler should decide,
/// told by other means than its own pruned state. Takes what the metrics ask for as given.
struct RememberingModel {
    let policy: AutoscalerPolicy
    private var recommendations: [(replicas: Int32, time: Timestamp)] = []
    private var changes: [(change: Int32, time: Timestamp)] = []

    init(_ policy: AutoscalerPolicy) { self.policy = policy }

    /// - Parameter desired: what the metrics ask for, after tolerance; nil where they have no say.
    mutating func decide(_ observation: Observation, desired: Int32?, isPaused: Bool) -> Int32 {
        let current = observation.specReplicas
        let now = observation.now
        if recommendations.isEmpty { recommendations = [(current, now)] }
        if isPaused { return 0 }
        var replicas = current
        if current != 0, current > policy.maxReplicas {
            replicas = policy.maxReplicas
        } else if current != 0, current < policy.minReplicas {
            replicas = policy.minReplicas
        } else if let desired {
            replicas = limited(stabilized(desired, current, now), current, now)
            recommendations.append((desired, now))
        }
        if replicas != current { changes.append((replicas - current, now)) }
        return replicas
    }

    private func stabilized(_ desired: Int32, _ current: Int32, _ now: Timestamp) -> Int32 {
        guard let behavior = policy.behavior else {
            let window = recommendations.filter { now.since($0.time) <= .seconds(300) }.map(\.replicas)
            return (window + [desired]).max() ?? desired
        }
        func window(_ seconds: Int32) -> [Int32] {
            recommendations.filter { now.since($0.time) < .seconds(seconds) }.map(\.replicas) + [desired]
        }
        let lowest = window(behavior.scaleUp?.stabilizationWindowSeconds ?? 0).min() ?? desired
        let highest = window(behavior.scaleDown?.stabilizationWindowSeconds ?? 300).max() ?? desired
        return current < lowest ? lowest : current > highest ? highest : current
    }

    private func limited(_ wanted: Int32, _ current: Int32, _ now: Timestamp) -> Int32 {
        guard let behavior = policy.behavior else {
            return max(min(wanted, policy.maxReplicas, max(2 * current, 4)), policy.minReplicas)
        }
        if wanted > current {
            let defaults = [
                ScalingPolicy(type: .pods, value: 4, periodSeconds: 15),
                ScalingPolicy(type: .percent, value: 100, periodSeconds: 15),
            ]
            let allowed = allowed(behavior.scaleUp, defaults, current, now) { start, policy in
                policy.type == .pods
                    ? start + policy.value
                    : Int32((Double(start) * (1 + Double(policy.value) / 100)).rounded(.up))
            }
            let most = behavior.scaleUp?.selectPolicy == .min ? allowed.min() : allowed.max()
            return min(wanted, policy.maxReplicas, max(most ?? current, current))
        }
        guard wanted < current else { return wanted }
        let defaults = [ScalingPolicy(type: .percent, value: 100, periodSeconds: 15)]
        let allowed = allowed(behavior.scaleDown, defaults, current, now) { start, policy in
            policy.type == .pods ? start - policy.value : Int32(Double(start) * (1 - Double(policy.value) / 100))
        }
        let least = behavior.scaleDown?.selectPolicy == .min ? allowed.max() : allowed.min()
        return max(wanted, policy.minReplicas, min(least ?? current, current))
    }

    /// What each policy allows from where its period began; nothing where the direction is disabled.
    private func allowed(
        _ rules: ScalingRules?, _ defaults: [ScalingPolicy], _ current: Int32, _ now: Timestamp,
        _ bound: (Int32, ScalingPolicy) -> Int32
    ) -> [Int32] {
        guard rules?.selectPolicy != .disabled else { return [] }
        return (rules?.policies ?? defaults).map { policy in
            let since = changes.filter { now.since($0.time) < .seconds(policy.periodSeconds) }
            return bound(since.reduce(current) { $0 - $1.change }, policy)
        }
    }
}
