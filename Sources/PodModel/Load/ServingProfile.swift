/// How fast one pod serves: continuous batching, in which every further sequence slows all of them a little.
///
/// With n sequences in flight a request takes `idleLatency × (1 + slowdown × n / maxConcurrent)`, after the nearly
/// linear growth of the time between tokens with the batch size. Little's law gives the rest.
public struct ServingProfile: Sendable, Hashable {
    /// Sequences that the engine runs at a time, at least 1; more wait.
    public var maxConcurrent: Int
    /// Seconds that one request takes on an idle pod, above 0.
    public var idleLatency: Double
    /// The share by which a full batch is slower than an idle pod; 0 or more.
    public var slowdown: Double
    /// Requests that may wait at a pod before it refuses more.
    public var queueLimit: Int

    /// Values outside of their ranges are moved to the nearest bound.
    public init(maxConcurrent: Int = 256, idleLatency: Double = 0.5, slowdown: Double = 1, queueLimit: Int = 1000) {
        self.maxConcurrent = max(1, maxConcurrent)
        self.idleLatency = idleLatency > 0.001 ? idleLatency : 0.001
        self.slowdown = slowdown > 0 ? slowdown : 0
        self.queueLimit = max(0, queueLimit)
    }

    /// The profile whose full batch serves `requestsPerSecond`.
    public init(requestsPerSecond: Double, maxConcurrent: Int = 256, slowdown: Double = 1, queueLimit: Int = 1000) {
        let rate = requestsPerSecond > 0.001 ? requestsPerSecond : 0.001
        let full = Double(max(1, maxConcurrent)) / rate
        self.init(
            maxConcurrent: maxConcurrent, idleLatency: full / (1 + max(0, slowdown)), slowdown: slowdown,
            queueLimit: queueLimit)
    }

    /// Seconds that a request takes beside `inFlight` sequences.
    public func latency(inFlight: Double) -> Double {
        idleLatency * (1 + slowdown * min(inFlight, Double(maxConcurrent)) / Double(maxConcurrent))
    }

    /// Requests a second that a full batch serves.
    public var capacity: Double { Double(maxConcurrent) / latency(inFlight: Double(maxConcurrent)) }

    /// Sequences in flight at a steady rate below the capacity: n = rate × latency(n), solved for n.
    func inFlight(atRate rate: Double) -> Double {
        guard rate < capacity else { return Double(maxConcurrent) }
        let alone = rate * idleLatency
        return min(Double(maxConcurrent), alone / (1 - alone * slowdown / Double(maxConcurrent)))
    }
}
