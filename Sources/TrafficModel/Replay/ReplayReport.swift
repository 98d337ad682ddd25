/// What a rule did with a trace.
public struct ReplayReport: Sendable, Hashable {
    public var rule: String
    public var requests = 0.0
    /// Requests whose first token came later than the SLO, those that were given up among them.
    public var overSLO = 0.0
    /// Requests whose client gave up, or that still waited at the end of the trace.
    public var unserved = 0.0
    /// GPUs that were held, by the second: loading and draining pods among them.
    public var gpuSeconds = 0.0
    /// Changes of the replicas.
    public var scaleUps = 0
    public var scaleDowns = 0
    public var peakReplicas = 0
    /// Seconds to the first token of those served; nil where none was.
    public var p50: Double?
    public var p95: Double?
    public var p99: Double?

    public init(rule: String) { self.rule = rule }

    /// The share of the requests over the SLO, 0 to 1; 0 without requests.
    public var shareOverSLO: Double { requests > 0 ? overSLO / requests : 0 }
    public var gpuHours: Double { gpuSeconds / 3600 }
}
