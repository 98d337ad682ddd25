import KubeCore

/// The load of one pod: what it runs and what waits. Advanced in steps of offered traffic.
public struct PodLoad: Sendable, Hashable {
    /// Sequences that the engine runs.
    public private(set) var running = 0.0
    /// Requests that wait for a place in the batch.
    public private(set) var waiting = 0.0
    /// Requests a second that were completed in the last step.
    public private(set) var servedRPS = 0.0
    /// Requests a second that were refused in the last step, for the queue was full.
    public private(set) var refusedRPS = 0.0
    /// Seconds from arrival to the end of a request that arrives now.
    public private(set) var latency = 0.0
    /// The share of the GPU's time that is used, 0 to 1.
    public private(set) var gpuUtilization = 0.0

    public init() {}

    /// Requests that have not ended, rounded up: the count that a drain waits for.
    public var requestsInFlight: Int { Int((running + waiting).rounded(.up)) }

    /// Offers `rate` requests a second for `duration`. Negative and non-finite rates count as 0.
    public mutating func advance(offeredRPS rate: Double, for duration: Duration, profile: ServingProfile) {
        let seconds = duration.inSeconds
        guard seconds > 0 else { return }
        let rate = rate.isFinite && rate > 0 ? rate : 0
        let capacity = profile.capacity
        let work = waiting + rate * seconds
        let served = min(work, capacity * seconds)
        let left = work - served
        let accepted = min(left, Double(profile.queueLimit))
        waiting = accepted < 1e-9 ? 0 : accepted
        servedRPS = served / seconds
        refusedRPS = (left - accepted) / seconds
        // What was in flight ends no faster than a full batch would.
        running = max(profile.inFlight(atRate: servedRPS), running - capacity * seconds)
        gpuUtilization = min(1, servedRPS / capacity)
        latency = profile.latency(inFlight: running) + waiting / capacity
    }
}

/// Traffic spread evenly over ready pods, as a Service does it.
public struct TrafficSpread: Sendable {
    public let profile: ServingProfile
    /// By pod uid. Pods that are not ready any more stay until they have drained.
    public private(set) var loads: [String: PodLoad] = [:]
    /// Requests a second that found no ready pod in the last step.
    public private(set) var unservedRPS = 0.0

    public init(profile: ServingProfile) { self.profile = profile }

    /// Offers `rate` requests a second to the pods that are ready, for `duration`.
    public mutating func advance(offeredRPS rate: Double, readyPods: some Collection<String>, for duration: Duration) {
        let ready = Set(readyPods)
        let share = ready.isEmpty ? 0 : rate / Double(ready.count)
        unservedRPS = ready.isEmpty ? max(0, rate) : 0
        for uid in Set(loads.keys).union(ready) {
            var load = loads[uid] ?? PodLoad()
            load.advance(offeredRPS: ready.contains(uid) ? share : 0, for: duration, profile: profile)
            loads[uid] = ready.contains(uid) || load.requestsInFlight > 0 ? load : nil
        }
    }

    public var servedRPS: Double { loads.values.reduce(0) { $0 + $1.servedRPS } }

    /// Requests that a pod has not finished: 0 for one that never had any.
    public func requestsInFlight(atPod uid: String) -> Int { loads[uid]?.requestsInFlight ?? 0 }
}
