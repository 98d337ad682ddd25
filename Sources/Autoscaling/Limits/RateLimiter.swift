internal import KubeCore

/// Keeps a stabilized recommendation within the bounds and within what the policies allow at this time.
struct RateLimiter {
    struct Result {
        var replicas: Int32
        var reason: String
        var message: String
    }

    private static let withinRange = (
        reason: "DesiredWithinRange", message: "the desired count is within the acceptable range"
    )
    private static let tooMany = (
        reason: "TooManyReplicas", message: "the desired replica count is more than the maximum replica count"
    )
    private static let tooFew = (
        reason: "TooFewReplicas", message: "the desired replica count is less than the minimum replica count"
    )
    private static let scaleUpLimit = (
        reason: "ScaleUpLimit", message: "the desired replica count is increasing faster than the maximum scale rate"
    )
    private static let scaleDownLimit = (
        reason: "ScaleDownLimit", message: "the desired replica count is decreasing faster than the maximum scale rate"
    )

    let minReplicas: Int32
    let maxReplicas: Int32
    let current: Int32
    let count: ReplicaCount

    init(_ policy: AutoscalerPolicy, current: Int32) {
        minReplicas = policy.minReplicas
        maxReplicas = policy.maxReplicas
        self.current = current
        count = ReplicaCount(policy.deviations)
    }

    /// Without a behavior: at most double what there is, or 4, whichever is more; downwards without a rate.
    func limit(_ desired: Int32) -> Result {
        let rate = count(max(2 * Double(current), 4))
        let isRateBelowMaximum = maxReplicas > rate
        let highest = isRateBelowMaximum ? rate : maxReplicas
        if desired < minReplicas { return Self.result(minReplicas, Self.tooFew) }
        if desired > highest { return Self.result(highest, isRateBelowMaximum ? Self.scaleUpLimit : Self.tooMany) }
        return Self.result(desired, Self.withinRange)
    }

    /// With a behavior: as far as its policies allow, given the events of their periods.
    func limit(
        _ desired: Int32, up: EffectiveRules, down: EffectiveRules, _ state: AutoscalerState, now: Timestamp
    ) -> Result {
        if desired > current {
            let rate = max(current, highest(up, state, now))
            let highest = min(maxReplicas, rate)
            guard desired <= highest else {
                return Self.result(highest, maxReplicas > rate ? Self.scaleUpLimit : Self.tooMany)
            }
        } else if desired < current {
            let rate = min(current, lowest(down, state, now))
            let lowest = max(minReplicas, rate)
            guard desired >= lowest else {
                return Self.result(lowest, minReplicas < rate ? Self.scaleDownLimit : Self.tooFew)
            }
        }
        return Self.result(desired, Self.withinRange)
    }

    /// What a rate held back, as far as a load that jumps needs it.
    func freed(_ limited: Result, of desired: Int32, for jump: Int32) -> Result {
        let replicas = min(desired, jump, maxReplicas)
        guard replicas > limited.replicas else { return limited }
        if replicas == desired { return Self.result(replicas, Self.withinRange) }
        return Self.result(replicas, replicas == maxReplicas ? Self.tooMany : Self.scaleUpLimit)
    }

    private static func result(_ replicas: Int32, _ words: (reason: String, message: String)) -> Result {
        Result(replicas: replicas, reason: words.reason, message: words.message)
    }

    // MARK: - Policies

    private func highest(_ rules: EffectiveRules, _ state: AutoscalerState, _ now: Timestamp) -> Int32 {
        let proposals = rules.policies.map { policy in
            let start = periodStart(policy, state, now)
            return switch policy.type {
            case .pods: count(Int64(start) + Int64(policy.value))
            // Rounded up: a small percentage of few pods must still let one in.
            case .percent: count((Double(start) * (1 + Double(policy.value) / 100)).rounded(.up))
            }
        }
        return switch rules.selectPolicy {
        case .disabled: current
        case .min: proposals.min() ?? .max
        case .max: proposals.max() ?? .min
        }
    }

    private func lowest(_ rules: EffectiveRules, _ state: AutoscalerState, _ now: Timestamp) -> Int32 {
        let proposals = rules.policies.map { policy in
            let start = periodStart(policy, state, now)
            return switch policy.type {
            case .pods: count(Int64(start) - Int64(policy.value))
            case .percent: count(Double(start) * (1 - Double(policy.value) / 100))
            }
        }
        return switch rules.selectPolicy {
        case .disabled: current
        case .min: proposals.max() ?? .min
        case .max: proposals.min() ?? .max
        }
    }

    /// How many replicas there were when the policy's period began, by the events since.
    private func periodStart(_ policy: ScalingPolicy, _ state: AutoscalerState, _ now: Timestamp) -> Int32 {
        let added = state.scaleUpEvents.change(within: policy.periodSeconds, of: now)
        let removed = state.scaleDownEvents.change(within: policy.periodSeconds, of: now)
        return count(Int64(current) - Int64(added) + Int64(removed))
    }
}
