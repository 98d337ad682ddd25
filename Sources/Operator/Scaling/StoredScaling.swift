internal import Autoscaling
internal import KubeCore

/// What of the autoscaler's memory outlives a process: the form in which it is stored.
///
/// A recommendation that still stood when it was written is stored without a time, and counts as made when it is read: a
/// restored window may be longer than it was, never shorter. So there is nothing to write as long as the same
/// recommendations go on standing.
struct StoredScaling: Codable, Hashable {
    struct Advice: Codable, Hashable {
        var replicas: Int32
        /// Nanoseconds since 1970; nil while it stands.
        var time: Int64?
    }

    static let currentVersion = 1

    private(set) var version = currentVersion
    private(set) var recommendations: [Advice] = []
    private(set) var scaleUpEvents: [ScaleEvent] = []
    private(set) var scaleDownEvents: [ScaleEvent] = []
    private(set) var isScaledToZero: Bool?
    private(set) var failingSince: Int64?
    private(set) var lastGuardStep: Int64?
    private(set) var coldStarts: [String: ColdStartTimes] = [:]
    /// The revisions of `coldStarts`, the latest first.
    private(set) var revisions: [String] = []
    /// nil without a forecast. It changes with every sample, and that alone is not worth a write.
    private(set) var forecaster: ReplicaForecaster?

    /// A recommendation seen within this long still stands: noise around it is no news.
    private static let standing = Duration.seconds(30)
    /// Longer than any window (3600 s) and period (1800 s).
    private static let longest = Duration.seconds(3600)
    /// By how much the clocks of two machines may differ without a window getting shorter.
    private static let clockSkew = Duration.seconds(5)
    private static let maximumAdvice = 64
    private static let maximumEvents = 64

    init(_ state: AutoscalerState, _ starts: PodStarts, _ forecaster: ReplicaForecaster?, now: Timestamp) {
        let standing = state.recommendations.filter { now.since($0.time) < Self.standing }.map(\.replicas)
        let past = state.recommendations.filter { now.since($0.time) >= Self.standing }
        recommendations = Self.shortened(past).map { Advice(replicas: $0.replicas, time: $0.time.nanoseconds) }
        recommendations += Set([standing.min(), standing.max()].compactMap(\.self)).sorted().map {
            Advice(replicas: $0)
        }
        scaleUpEvents = Self.shortened(state.scaleUpEvents)
        scaleDownEvents = Self.shortened(state.scaleDownEvents)
        isScaledToZero = state.isScaledToZero
        failingSince = state.failingSince?.nanoseconds
        lastGuardStep = state.lastGuardStep?.nanoseconds
        coldStarts = starts.times
        revisions = starts.order
        self.forecaster = forecaster
    }

    // MARK: - What is restored

    /// The state as of now.
    func state(now: Timestamp) -> AutoscalerState {
        /// Later by the skew, and not in the future.
        func restored(_ nanoseconds: Int64) -> Timestamp {
            min(Timestamp(nanoseconds: nanoseconds) + Self.clockSkew, now)
        }
        var state = AutoscalerState()
        state.recommendations = recommendations.map { advice in
            Recommendation(replicas: max(advice.replicas, 0), time: advice.time.map(restored) ?? now)
        }
        state.recommendations.sort { $0.time < $1.time }
        state.scaleUpEvents = Self.valid(scaleUpEvents).map {
            ScaleEvent(change: $0.change, time: restored($0.time.nanoseconds))
        }
        state.scaleDownEvents = Self.valid(scaleDownEvents).map {
            ScaleEvent(change: $0.change, time: restored($0.time.nanoseconds))
        }
        state.isScaledToZero = isScaledToZero
        state.failingSince = failingSince.map { min(Timestamp(nanoseconds: $0), now) }
        state.lastGuardStep = lastGuardStep.map(restored)
        return state
    }

    var starts: PodStarts { PodStarts(times: coldStarts, order: revisions) }

    private static func valid(_ events: [ScaleEvent]) -> [ScaleEvent] { events.filter { $0.change > 0 } }

    // MARK: - What is worth a write

    /// Whether a process that starts from this would decide more hastily than one that goes on from `newer`.
    func isTooShort(for newer: StoredScaling) -> Bool {
        let isCovered = newer.recommendations.allSatisfy { advice in
            func stands(_ fits: (Int32) -> Bool) -> Bool {
                recommendations.contains { fits($0.replicas) && $0.time ?? .max >= advice.time ?? .max }
            }
            return stands { $0 >= advice.replicas } && stands { $0 <= advice.replicas }
        }
        return !isCovered || isScaledToZero != newer.isScaledToZero || lastGuardStep != newer.lastGuardStep
            || scaleUpEvents.last != newer.scaleUpEvents.last || scaleDownEvents.last != newer.scaleDownEvents.last
    }

    /// What is compared to see whether there is something to write.
    var withoutForecast: StoredScaling {
        var copy = self
        copy.forecaster = nil
        return copy
    }

    /// Without what no window and no period reaches back to.
    func pruned(now: Timestamp) -> StoredScaling {
        let cutoff = (now - Self.longest).nanoseconds
        var copy = self
        copy.recommendations.removeAll { $0.time.map { $0 < cutoff } ?? false }
        copy.scaleUpEvents.removeAll { $0.time.nanoseconds < cutoff }
        copy.scaleDownEvents.removeAll { $0.time.nanoseconds < cutoff }
        return copy
    }

    /// Whether restoring this is the same as restoring nothing, for a cluster that has so many replicas.
    func isTrivial(replicas: Int32, mayBeZero: Bool) -> Bool {
        recommendations.allSatisfy { $0.replicas == replicas && $0.time == nil } && scaleUpEvents.isEmpty
            && scaleDownEvents.isEmpty && !mayBeZero && isScaledToZero != true && lastGuardStep == nil
            && coldStarts.isEmpty && forecaster == nil
    }

    // MARK: - Bounds

    /// At most `maximumAdvice`: of the oldest only the highest and the lowest, as if made when the last of them was.
    private static func shortened(_ advice: [Recommendation]) -> [Recommendation] {
        guard advice.count > maximumAdvice else { return advice }
        let old = advice.dropLast(maximumAdvice - 2)
        let time = old.map(\.time).max() ?? advice[0].time
        let ends = [old.map(\.replicas).min(), old.map(\.replicas).max()].compactMap(\.self)
        return ends.map { Recommendation(replicas: $0, time: time) } + advice.suffix(maximumAdvice - 2)
    }

    /// At most `maximumEvents`, in order of time: the oldest become one, at the time of the last of them.
    private static func shortened(_ events: [ScaleEvent]) -> [ScaleEvent] {
        let events = events.sorted { $0.time < $1.time }.map { ScaleEvent(change: $0.change, time: $0.time) }
        guard events.count > maximumEvents, let last = events.dropLast(maximumEvents - 1).last else { return events }
        let sum = events.dropLast(maximumEvents - 1).reduce(Int64(0)) { $0 + Int64($1.change) }
        return [ScaleEvent(change: Int32(clamping: sum), time: last.time)] + events.suffix(maximumEvents - 1)
    }
}
