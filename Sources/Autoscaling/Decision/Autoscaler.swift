public import KubeCore

/// Decides how many replicas there should be, as autoscaling/v2 does (horizontal.go, reconcileAutoscaler).
///
/// A decision changes nothing but `state`. Whoever carries it out calls `recordRescale` once the write succeeded, since
/// only changes that happened count for the rate.
public struct Autoscaler: Sendable {
    public let policy: AutoscalerPolicy

    public init(_ policy: AutoscalerPolicy) { self.policy = policy }

    /// Decides one tick.
    public func decide(_ observation: Observation, state: inout AutoscalerState) -> Decision {
        let current = observation.specReplicas
        state.clampTimes(to: observation.now)
        if state.recommendations.isEmpty {
            state.recommendations = [Recommendation(replicas: current, time: observation.now)]
        }
        var draft = DecisionDraft(current: current)
        draft.set(
            AutoscalerCondition.ableToScale, .true, "SucceededGetScale",
            "the HPA controller was able to get the target's current scale")
        if current == 0 && policy.minReplicas != 0 {
            draft.set(
                AutoscalerCondition.scalingActive, .false, "ScalingDisabled",
                "scaling is disabled since the replica count of the target is zero")
            return draft.finish(0, "scaling is disabled since the replica count of the target is zero")
        }
        if current > policy.maxReplicas {
            return draft.finish(policy.maxReplicas, "Current number of replicas above Spec.MaxReplicas")
        }
        if current < policy.minReplicas {
            return draft.finish(policy.minReplicas, "Current number of replicas below Spec.MinReplicas")
        }
        return decideByMetrics(observation, &draft, &state)
    }

    /// Remembers that a decision was carried out, for the policies' periods.
    public func recordRescale(_ decision: Decision, at now: Timestamp, state: inout AutoscalerState) {
        guard policy.behavior != nil, decision.isRescale else { return }
        let change = decision.replicas &- decision.currentReplicas
        if change > 0 {
            state.scaleUpEvents.record(change, longestPeriod: upRules.longestPeriod, now: now)
        } else {
            state.scaleDownEvents.record(0 &- change, longestPeriod: downRules.longestPeriod, now: now)
        }
    }

    private var upRules: EffectiveRules { .up(policy.behavior?.scaleUp) }

    private var downRules: EffectiveRules {
        .down(policy.behavior?.scaleDown, windowSeconds: policy.downscaleStabilizationSeconds)
    }

    // MARK: - Metrics

    private func decideByMetrics(
        _ observation: Observation, _ draft: inout DecisionDraft, _ state: inout AutoscalerState
    ) -> Decision {
        let current = observation.specReplicas
        let proposals = MetricProposals(policy, observation)
        draft.trace.metrics = proposals.traces
        draft.trace.raw = proposals.raw
        draft.events += proposals.events
        guard let best = proposals.best(current: current) else {
            let message = proposals.failureMessage
            draft.set(AutoscalerCondition.scalingActive, .false, proposals.failureReason, message)
            draft.events.append(proposals.failureEvent)
            return draft.finish(current, message)
        }
        draft.set(
            AutoscalerCondition.scalingActive, .true, "ValidMetricFound",
            "the HPA was able to successfully calculate a replica count from \(best.name)")
        let desired = max(best.replicas, 0)
        draft.trace.tolerated = desired
        let limited = normalize(desired, observation, &draft, &state)
        let reason =
            switch desired {
            case ..<current: "All metrics below target"
            case current: "\(best.name) at target"
            default: "\(best.name) above target"
            }
        return draft.finish(limited, reason)
    }

    /// Windows, then rates and bounds.
    private func normalize(
        _ desired: Int32, _ observation: Observation, _ draft: inout DecisionDraft, _ state: inout AutoscalerState
    ) -> Int32 {
        let current = observation.specReplicas
        let stabilizer = Stabilizer(now: observation.now)
        let limiter = RateLimiter(minReplicas: policy.minReplicas, maxReplicas: policy.maxReplicas, current: current)
        let stabilized: Stabilizer.Result
        let limited: RateLimiter.Result
        if policy.behavior == nil {
            stabilized = stabilizer.stabilize(
                desired, windowSeconds: policy.downscaleStabilizationSeconds, &state)
            limited = limiter.limit(stabilized.replicas)
        } else {
            stabilized = stabilizer.stabilize(desired, current: current, up: upRules, down: downRules, &state)
            limited = limiter.limit(stabilized.replicas, up: upRules, down: downRules, state, now: observation.now)
        }
        draft.set(AutoscalerCondition.ableToScale, .true, stabilized.reason, stabilized.message)
        draft.set(
            AutoscalerCondition.scalingLimited, limited.replicas == stabilized.replicas ? .false : .true,
            limited.reason, limited.message)
        draft.trace.stabilized = stabilized.replicas
        draft.trace.limited = limited.replicas
        return limited.replicas
    }
}
