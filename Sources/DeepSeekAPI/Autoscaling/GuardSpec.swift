/// A limit on a pod's load, beside the metrics.
public struct GuardSpec: Sendable, Hashable, Codable {
    public enum Metric: String, Sendable, Hashable, Codable, CaseIterable {
        /// Requests that run or wait, per replica.
        case inFlightPerReplica
        /// Requests that wait for a place in a batch, per replica.
        case queueDepth
        /// The share of the KV cache that is used, of all replicas.
        case kvCachePercent
        /// The 90th percentile of the time to the first token.
        case timeToFirstTokenMilliseconds
    }

    public var metric: Metric
    public var max: Int

    public init(metric: Metric, max: Int) {
        self.metric = metric
        self.max = max
    }
}

extension GuardSpec: SchemaProviding {
    public static let schema = Schema.object(
        "A limit on a pod's load, as the engine's own metrics tell it.",
        [
            "metric": .choice(
                Metric.self,
                "What is measured: requests that run or wait per replica, requests that wait per replica, the used share "
                    + "of the KV cache, or the 90th percentile of the time to the first token."),
            "max": .integer("Value above which a step up is added.", 1...2_147_483_647),
        ], required: ["metric", "max"])
}
