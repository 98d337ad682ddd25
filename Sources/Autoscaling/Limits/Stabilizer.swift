internal import KubeCore

/// Holds a recommendation back by the ones before it: up to the lowest of the scale-up window, down to the highest of
/// the scale-down window. Where a forecast says what to keep, that takes the place of the scale-down window.
struct Stabilizer {
    struct Result {
        var replicas: Int32
        var reason: String
        var message: String
    }

    static let readyForNewScale = (reason: "ReadyForNewScale", message: "recommended size matches current size")
    static let scaleDownStabilized = (
        reason: "ScaleDownStabilized",
        message: "recent recommendations were higher than current one, applying the highest recent recommendation"
    )
    static let scaleUpStabilized = (
        reason: "ScaleUpStabilized",
        message: "recent recommendations were lower than current one, applying the lowest recent recommendation"
    )

    static let scaleDownForecast = (
        reason: "ScaleDownStabilized",
        message: "the load may need more again before it could be started, applying what the forecast keeps"
    )

    let now: Timestamp
    /// What the forecast keeps; nil: the scale-down window holds.
    var kept: Int32?

    /// Without a behavior: the highest recommendation of the window, a recommendation exactly as old as the window
    /// counted.
    func stabilize(
        _ desired: Int32, current: Int32, windowSeconds: Int32, _ state: inout AutoscalerState
    ) -> Result {
        let cutoff = now - .seconds(windowSeconds)
        state.recommendations.removeAll { $0.time < cutoff }
        let highest = state.recommendations.reduce(desired) { max($0, $1.replicas) }
        if let released = released(desired, current: current, highest: highest) {
            state.recommend(released.recommendation, now: now)
            return result(released.replicas, desired, held: Self.scaleDownForecast)
        }
        state.recommend(desired, now: now)
        return result(highest, desired, held: Self.scaleDownStabilized)
    }

    /// With a behavior: what there is, brought between the lowest of the scale-up window and the highest of the
    /// scale-down window; a recommendation exactly as old as its window no longer counted.
    func stabilize(
        _ desired: Int32, current: Int32, up: EffectiveRules, down: EffectiveRules, _ state: inout AutoscalerState
    ) -> Result {
        let upCutoff = now - .seconds(up.windowSeconds)
        let downCutoff = now - .seconds(down.windowSeconds)
        var lowest = desired
        var highest = desired
        for recommendation in state.recommendations {
            if recommendation.time > upCutoff { lowest = min(lowest, recommendation.replicas) }
            if recommendation.time > downCutoff { highest = max(highest, recommendation.replicas) }
        }
        state.recommendations.removeAll { $0.time < upCutoff && $0.time < downCutoff }
        let released = released(desired, current: current, highest: highest)
        // A scale-up window goes by what was asked for.
        state.recommend(up.windowSeconds > 0 ? desired : released?.recommendation ?? desired, now: now)
        let replicas = min(max(current, lowest), released?.replicas ?? highest)
        let down = released == nil ? Self.scaleDownStabilized : Self.scaleDownForecast
        return result(replicas, desired, held: desired >= current ? Self.scaleUpStabilized : down)
    }

    private func result(_ replicas: Int32, _ desired: Int32, held: (reason: String, message: String)) -> Result {
        let words = replicas == desired ? Self.readyForNewScale : held
        return Result(replicas: replicas, reason: words.reason, message: words.message)
    }

    /// Down to what the forecast keeps, and what a window that follows should know of it: what was kept, so that it is no
    /// shorter, and stands still while the replicas do. The last replica goes by the window: that there is no load tells
    /// nothing of when the next request comes.
    private func released(
        _ desired: Int32, current: Int32, highest: Int32
    ) -> (replicas: Int32, recommendation: Int32)? {
        guard let kept else { return nil }
        let recommendation = max(desired, min(kept, current))
        return (max(recommendation, min(current, highest, 1)), recommendation)
    }
}
