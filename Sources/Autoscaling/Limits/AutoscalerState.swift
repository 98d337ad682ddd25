public import KubeCore

/// What the autoscaler remembers from one decision to the next. A value: it goes into a decision and comes out of it,
/// and can be stored, so that windows survive a restart.
public struct AutoscalerState: Sendable, Hashable, Codable {
    /// What metrics alone asked for within the longest window, the oldest first, less what cannot matter any more.
    public var recommendations: [Recommendation] = []
    public var scaleUpEvents: [ScaleEvent] = []
    public var scaleDownEvents: [ScaleEvent] = []
    /// Whether the last change of replicas that was ours went to zero: then load wakes them, whereas somebody else's zero
    /// is a pause. nil before the first change, or where that was forgotten.
    public var isScaledToZero: Bool?
    /// Since when the metrics have given no number to go by; nil while they do.
    public var failingSince: Timestamp?
    /// When a guard added its last step.
    public var lastGuardStep: Timestamp?

    public init() {}

    /// Moves all times by how far the wall clock was set, forward or back, so that windows and periods last as long as
    /// they would have. Without it a clock set forward by an hour ends every window at once, and scales down early.
    public mutating func shift(by jump: Duration) {
        for index in recommendations.indices { recommendations[index].time = recommendations[index].time + jump }
        for index in scaleUpEvents.indices { scaleUpEvents[index].time = scaleUpEvents[index].time + jump }
        for index in scaleDownEvents.indices { scaleDownEvents[index].time = scaleDownEvents[index].time + jump }
        failingSince = failingSince.map { $0 + jump }
        lastGuardStep = lastGuardStep.map { $0 + jump }
    }

    /// Adds what the metrics ask for now. A recommendation goes once a later one is as high, and one as low: that one is in
    /// every window that it is in, so that no lowest or highest misses it. What stays is short however often one decides.
    mutating func recommend(_ replicas: Int32, now: Timestamp) {
        var highest = replicas
        var lowest = replicas
        // What stays moves to the end, in its order.
        var firstKept = recommendations.endIndex
        for index in recommendations.indices.reversed() {
            let earlier = recommendations[index]
            guard earlier.replicas > highest || earlier.replicas < lowest else { continue }
            highest = max(highest, earlier.replicas)
            lowest = min(lowest, earlier.replicas)
            firstKept -= 1
            recommendations[firstKept] = earlier
        }
        recommendations.removeFirst(firstKept)
        recommendations.append(Recommendation(replicas: replicas, time: now))
    }

    /// Takes what is from the future, because the clock was set back or another machine's was ahead, for now: a window
    /// may get longer by that, but it ends.
    mutating func clampTimes(to now: Timestamp) {
        for index in recommendations.indices where recommendations[index].time > now {
            recommendations[index].time = now
        }
        for index in scaleUpEvents.indices where scaleUpEvents[index].time > now { scaleUpEvents[index].time = now }
        for index in scaleDownEvents.indices where scaleDownEvents[index].time > now {
            scaleDownEvents[index].time = now
        }
        failingSince = failingSince.map { min($0, now) }
        lastGuardStep = lastGuardStep.map { min($0, now) }
    }
}

/// What metrics alone asked for at one time.
public struct Recommendation: Sendable, Hashable, Codable {
    public var replicas: Int32
    public var time: Timestamp

    public init(replicas: Int32, time: Timestamp) {
        self.replicas = replicas
        self.time = time
    }

    private enum CodingKeys: String, CodingKey { case replicas, time }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        replicas = try container.decode(Int32.self, forKey: .replicas)
        time = Timestamp(nanoseconds: try container.decode(Int64.self, forKey: .time))
    }

    /// Times in nanoseconds: metav1.Time's whole seconds would shorten a window.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(replicas, forKey: .replicas)
        try container.encode(time.nanoseconds, forKey: .time)
    }
}

/// A change of replicas that was carried out.
public struct ScaleEvent: Sendable, Hashable, Codable {
    /// How many replicas it added or removed; positive either way.
    public var change: Int32
    public var time: Timestamp
    /// Once older than every policy's period of its direction: the next event takes its place.
    public var isOutdated: Bool

    public init(change: Int32, time: Timestamp, isOutdated: Bool = false) {
        self.change = change
        self.time = time
        self.isOutdated = isOutdated
    }

    private enum CodingKeys: String, CodingKey { case change, time, isOutdated }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        change = try container.decode(Int32.self, forKey: .change)
        time = Timestamp(nanoseconds: try container.decode(Int64.self, forKey: .time))
        isOutdated = try container.decodeIfPresent(Bool.self, forKey: .isOutdated) ?? false
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(change, forKey: .change)
        try container.encode(time.nanoseconds, forKey: .time)
        if isOutdated { try container.encode(true, forKey: .isOutdated) }
    }
}

extension [ScaleEvent] {
    /// The change within the last `seconds`, an event exactly that old not counted.
    func change(within seconds: Int32, of now: Timestamp) -> Int32 {
        let cutoff = now - .seconds(seconds)
        return reduce(0) { $1.time > cutoff ? $0 &+ $1.change : $0 }
    }

    /// Adds an event in the place of the last outdated one. Outdated events that are not replaced still count for a
    /// longer period of the other direction, as they do in the controller.
    mutating func record(_ change: Int32, longestPeriod: Duration, now: Timestamp) {
        let cutoff = now - longestPeriod
        for index in indices where self[index].time < cutoff { self[index].isOutdated = true }
        let event = ScaleEvent(change: change, time: now)
        if let index = lastIndex(where: \.isOutdated) { self[index] = event } else { append(event) }
    }
}
