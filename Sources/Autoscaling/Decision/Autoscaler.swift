public import KubeCore

/// Decides how many replicas there should be, as autoscaling/v2 does (horizontal.go, reconcileAutoscaler).
///
/// A decision changes nothing but `state`. Whoever carries it out calls `recordRescale` once the write succeeded, since
/// only changes that happened count for the rate.
public struct Autoscaler: Sendable {
    public private(set) var policy: AutoscalerPolicy

    // What follows from the policy, worked out once.
    private let upRules: EffectiveRules
    private let downRules: EffectiveRules
    private let calculator: ReplicaCalculator
    private let words: [MetricWords]
    /// Whether the forecast says what is given back, and no window: nobody asked for one, and nothing but loads that are
    /// forecast asks for replicas.
    private let forecastKeeps: Bool

    public init(_ policy: AutoscalerPolicy) {
        self.policy = policy
        upRules = .up(policy.behavior?.scaleUp)
        downRules = .down(policy.behavior?.scaleDown, windowSeconds: policy.downscaleStabilizationSeconds)
        calculator = ReplicaCalculator(tolerances: policy.tolerances, deviations: policy.deviations)
        words = policy.metrics.map { MetricWords($0, policy) }
        forecastKeeps =
            policy.behavior?.scaleDown?.stabilizationWindowSeconds == nil && policy.guards.isEmpty
            && policy.metrics.allSatisfy { if case .averageValue = $0.target { true } else { false } }
    }

    /// The same autoscaler with other bounds, as a schedule sets them for a time.
    ///
    /// - Precondition: `minReplicas` is 0 or more and at most `maxReplicas`.
    public func within(minReplicas: Int32, maxReplicas: Int32) -> Autoscaler {
        var copy = self
        copy.policy.minReplicas = minReplicas
        copy.policy.maxReplicas = maxReplicas
        return copy
    }

    /// Decides one tick.
    public func decide(_ observation: Observation, state: inout AutoscalerState) -> Decision {
        let current = observation.specReplicas
        state.clampTimes(to: observation.now)
        if state.recommendations.isEmpty {
            state.recommendations = [Recommendation(replicas: current, time: observation.now)]
        }
        // What runs was not scaled to zero by us; a zero that follows is somebody else's.
        if current > 0, state.isScaledToZero == nil { state.isScaledToZero = false }
        var draft = DecisionDraft(current: current)
        draft.set(
            AutoscalerCondition.ableToScale, .true, "SucceededGetScale",
            "the HPA controller was able to get the target's current scale")
        switch shortcut(current, state) {
        case .paused:
            let reason = "scaling is disabled since the replica count of the target is zero"
            draft.set(AutoscalerCondition.scalingActive, .false, "ScalingDisabled", reason)
            return draft.finish(0, reason)
        case .bound(let bound, let reason):
            let replicas = bounded(bound, observation, &draft)
            setScaledToZero(replicas, &draft)
            return draft.finish(replicas, reason)
        case nil: return decideByMetrics(observation, &draft, &state)
        }
    }

    /// Remembers that a decision was carried out, for the policies' periods and for who scaled to zero.
    public func recordRescale(_ decision: Decision, at now: Timestamp, state: inout AutoscalerState) {
        guard decision.isRescale else { return }
        state.isScaledToZero = isScaleToZero(from: decision.currentReplicas, to: decision.replicas)
        if let guarded = decision.trace.guarded, guarded > decision.currentReplicas { state.lastGuardStep = now }
        guard policy.behavior != nil else { return }
        let change = decision.replicas &- decision.currentReplicas
        if decision.replicas > decision.currentReplicas {
            state.scaleUpEvents.record(change, longestPeriod: upRules.longestPeriod, now: now)
        } else {
            state.scaleDownEvents.record(0 &- change, longestPeriod: downRules.longestPeriod, now: now)
        }
    }

    // MARK: - Without metrics

    private enum Shortcut {
        /// Somebody set the replicas to zero.
        case paused
        /// The replicas are outside the bounds, and go straight to the nearer one.
        case bound(Int32, String)
    }

    private func shortcut(_ current: Int32, _ state: AutoscalerState) -> Shortcut? {
        if current == 0 {
            guard wakes(state) else { return .paused }
            // A floor that was raised since, by a schedule or a person, needs no metric.
            let isFloor = policy.minReplicas > 0 && policy.deviations.contains(.rememberScaleToZero)
            return isFloor ? .bound(policy.minReplicas, Self.belowMinimum) : nil
        }
        if current > policy.maxReplicas {
            return .bound(policy.maxReplicas, "Current number of replicas above Spec.MaxReplicas")
        }
        return current < policy.minReplicas ? .bound(policy.minReplicas, Self.belowMinimum) : nil
    }

    private static let belowMinimum = "Current number of replicas below Spec.MinReplicas"

    /// Whether zero replicas are our own doing, which load may undo.
    private func wakes(_ state: AutoscalerState) -> Bool {
        guard policy.canScaleFromZero else { return false }
        return state.isScaledToZero ?? (policy.deviations.contains(.rememberScaleToZero) && policy.minReplicas == 0)
    }

    private func isScaleToZero(from current: Int32, to replicas: Int32) -> Bool {
        current > 0 && replicas == 0 && policy.minReplicas == 0
    }

    /// HPA sets this condition with every rescale, so that it is never stale.
    private func setScaledToZero(_ replicas: Int32, _ draft: inout DecisionDraft) {
        let isSilent = policy.deviations.contains(.rememberScaleToZero) || !policy.canScaleFromZero
        guard replicas != draft.current, !isSilent else { return }
        if isScaleToZero(from: draft.current, to: replicas) {
            draft.set(
                AutoscalerCondition.scaledToZero, .true, "ScaledToZero",
                "the HPA controller scaled the workload to zero")
        } else {
            draft.set(
                AutoscalerCondition.scaledToZero, .false, "NotScaledToZero",
                "the HPA controller did not scale the workload to zero")
        }
    }

    // MARK: - Metrics

    private func decideByMetrics(
        _ observation: Observation, _ draft: inout DecisionDraft, _ state: inout AutoscalerState
    ) -> Decision {
        let current = observation.specReplicas
        let proposals = MetricProposals(policy, words, calculator, observation)
        draft.trace.metrics = proposals.traces
        draft.trace.raw = proposals.raw
        draft.events += proposals.events
        let guards = GuardVerdict(policy.guards, observation, lastStep: state.lastGuardStep)
        draft.trace.guards = guards.traces
        draft.events += guards.events
        guard let best = proposals.chosen else {
            return decideWithoutMetrics(proposals, guards, observation, &draft, &state)
        }
        state.failingSince = nil
        draft.set(AutoscalerCondition.scalingActive, .true, "ValidMetricFound", best.words.found)
        let tolerated = max(best.replicas, 0)
        let forecast = observation.forecastReplicas.map { max($0, proposals.needed ?? tolerated) } ?? tolerated
        let desired = raise(forecast, by: guards, &draft)
        draft.trace.tolerated = tolerated
        draft.trace.forecast = observation.forecastReplicas.map { _ in forecast }
        var replicas = normalize(desired, observation, &draft, &state)
        var rescaleReason = rescaleReason(desired, current, isForecast: forecast > tolerated, best.words)
        if desired > max(forecast, current), let reason = guards.reason { rescaleReason = reason }
        // minReplicas was raised while we were at zero.
        if current == 0, replicas < policy.minReplicas {
            replicas = policy.minReplicas
            rescaleReason = rescaleReason.isEmpty ? Self.belowMinimum : rescaleReason
        }
        replicas = bounded(replicas, observation, &draft)
        setScaledToZero(replicas, &draft)
        let reason = rescaleReason.isEmpty ? best.words.atTarget : rescaleReason
        let isPlain = policy.deviations.contains(.plainMessages)
        return draft.finish(replicas, reason, rescaleReason: isPlain ? reason : rescaleReason)
    }

    /// No metric says how many: what runs stays, or grows to what the fallback and the guards ask for.
    private func decideWithoutMetrics(
        _ proposals: MetricProposals, _ guards: GuardVerdict, _ observation: Observation, _ draft: inout DecisionDraft,
        _ state: inout AutoscalerState
    ) -> Decision {
        let current = observation.specReplicas
        let message = proposals.failureMessage
        draft.set(AutoscalerCondition.scalingActive, .false, proposals.failureReason, message)
        draft.events.append(proposals.failureEvent)
        state.failingSince = proposals.isFailure ? state.failingSince ?? observation.now : nil
        var floor = current
        var reason = message
        if case .atLeast(let replicas, let after) = policy.fallback, replicas > current,
            let since = state.failingSince, observation.now.since(since) >= after
        {
            floor = replicas
            reason = "fallback, no valid metric for \(observation.now.since(since).components.seconds) s"
        }
        let desired = raise(floor, by: guards, &draft)
        guard desired > current else { return draft.finish(current, message) }
        if desired > floor, let guardReason = guards.reason { reason = guardReason }
        // For the windows, once the metrics are back: what was raised is not taken away at once.
        state.recommend(desired, now: observation.now)
        let replicas = bounded(max(min(desired, policy.maxReplicas), current), observation, &draft)
        setScaledToZero(replicas, &draft)
        return draft.finish(replicas, reason)
    }

    /// What is asked for with what the guards ask for.
    private func raise(_ desired: Int32, by guards: GuardVerdict, _ draft: inout DecisionDraft) -> Int32 {
        guard let floor = guards.floor, floor > desired else { return desired }
        draft.trace.guarded = floor
        return floor
    }

    /// HPA's words; it has none for a rescale that a window alone caused.
    private func rescaleReason(_ desired: Int32, _ current: Int32, isForecast: Bool, _ words: MetricWords) -> String {
        if desired > current { return isForecast ? "forecast of \(words.aboveTarget)" : words.aboveTarget }
        return desired < current ? "All metrics below target" : ""
    }

    /// Holds growth back to what there is room for.
    private func bounded(_ replicas: Int32, _ observation: Observation, _ draft: inout DecisionDraft) -> Int32 {
        guard let capacity = observation.capacity else { return replicas }
        let bounded = min(replicas, max(capacity, observation.specReplicas))
        draft.trace.capacity = bounded
        if bounded < replicas {
            draft.set(
                AutoscalerCondition.scalingLimited, .true, "InsufficientCapacity",
                "the desired replica count is \(replicas), and there is room for \(capacity)")
        }
        return bounded
    }

    /// Windows, then rates and bounds.
    private func normalize(
        _ desired: Int32, _ observation: Observation, _ draft: inout DecisionDraft, _ state: inout AutoscalerState
    ) -> Int32 {
        let current = observation.specReplicas
        let stabilizer = Stabilizer(now: observation.now, kept: forecastKeeps ? observation.keptReplicas : nil)
        let limiter = RateLimiter(policy, current: current)
        let stabilized: Stabilizer.Result
        var limited: RateLimiter.Result
        if policy.behavior == nil {
            stabilized = stabilizer.stabilize(
                desired, current: current, windowSeconds: policy.downscaleStabilizationSeconds, &state)
            limited = limiter.limit(stabilized.replicas)
        } else {
            stabilized = stabilizer.stabilize(desired, current: current, up: upRules, down: downRules, &state)
            limited = limiter.limit(stabilized.replicas, up: upRules, down: downRules, state, now: observation.now)
        }
        if observation.isJump, policy.behavior?.scaleUp == nil, let jump = observation.forecastReplicas {
            limited = limiter.freed(limited, of: stabilized.replicas, for: jump)
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
