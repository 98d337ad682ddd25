internal import KubeCore

/// Holds a recommendation back by the ones before it: up to the lowest of the scale-up window, down to the highest of
/// the scale-down window.
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

    let now: Timestamp

    /// Without a behavior: the highest recommendation of the window, a recommendation exactly as old as the window
    /// counted.
    func stabilize(_ desired: Int32, windowSeconds: Int32, _ state: inout AutoscalerState) -> Result {
        let cutoff = now - .seconds(windowSeconds)
        state.recommendations.removeAll { $0.time < cutoff }
        let highest = state.recommendations.reduce(desired) { max($0, $1.replicas) }
        state.recommend(desired, now: now)
        let (reason, message) = highest == desired ? Self.readyForNewScale : Self.scaleDownStabilized
        return Result(replicas: highest, reason: reason, message: message)
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
        let replicas = min(max(current, lowest), highest)
        state.recommendations.removeAll { $0.time < upCutoff && $0.time < downCutoff }
        state.recommend(desired, now: now)
        let held = desired >= current ? Self.scaleUpStabilized : Self.scaleDownStabilized
        let (reason, message) = replicas == desired ? Self.readyForNewScale : held
        return Result(replicas: replicas, reason: reason, message: message)
    }
}
