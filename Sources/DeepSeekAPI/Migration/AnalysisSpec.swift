import KubeCore

/// What the next revision is judged by.
public struct AnalysisSpec: Sendable, Hashable, Codable {
    public struct PrePromotion: Sendable, Hashable, Codable {
        public var maxLatencyMilliseconds: Int?

        public init(maxLatencyMilliseconds: Int? = nil) { self.maxLatencyMilliseconds = maxLatencyMilliseconds }
    }

    /// A Prometheus server without queries, which are the checks' own.
    public struct Server: Sendable, Hashable, Codable {
        public var url: String
        public var authSecretRef: SecretReference?
        public var tls: PrometheusSpec.TLS?

        public init(url: String) { self.url = url }

        /// The same server as autoscaling names one.
        public var prometheus: PrometheusSpec {
            var spec = PrometheusSpec(url: url, queries: [])
            (spec.authSecretRef, spec.tls) = (authSecretRef, tls)
            return spec
        }
    }

    public var prePromotion: PrePromotion?
    public var prometheus: Server?
    public var postPromotion: [Check]?

    public init() {}
}

extension AnalysisSpec {
    /// One measurement, repeated, and its limits: by PromQL, or by what the engines in the pods say.
    public struct Check: Sendable, Hashable, Codable {
        public enum NoData: String, Sendable, Hashable, Codable, CaseIterable {
            case pause = "Pause"
            case fail = "Fail"
            case ignore = "Ignore"
        }

        /// What every engine counts itself, read from the pods.
        public enum EngineMetric: String, Sendable, Hashable, Codable, CaseIterable {
            case p99LatencySeconds
            case p99TimeToFirstTokenSeconds
            case errorRatePercent
        }

        public var name: String
        public var query: String?
        public var engineMetric: EngineMetric?
        public var min: QuantityText?
        public var max: QuantityText?
        public var intervalSeconds: Int?
        public var count: Int?
        public var failureLimit: Int?
        public var minRequests: Int?
        public var onNoData: NoData?

        public init(name: String, query: String? = nil, engineMetric: EngineMetric? = nil, max: QuantityText? = nil) {
            self.name = name
            self.query = query
            self.engineMetric = engineMetric
            self.max = max
        }

        public var resolvedIntervalSeconds: Int { intervalSeconds ?? 30 }
        public var resolvedCount: Int { count ?? 5 }
        public var resolvedFailureLimit: Int { failureLimit ?? 0 }
        public var resolvedMinRequests: Int { minRequests ?? 0 }
        public var resolvedOnNoData: NoData { onNoData ?? .pause }

        /// Thousandths. An engine's metric without limits has the article's: 2.5 s, 5 %.
        public var resolvedLimits: (min: Int64?, max: Int64?) {
            let limits = (min?.quantity?.milliValue, max?.quantity?.milliValue)
            guard min == nil, max == nil, let engineMetric else { return limits }
            return (nil, engineMetric == .errorRatePercent ? 5_000 : 2_500)
        }
    }
}

extension AnalysisSpec: SchemaProviding {
    public static let schema = Schema.object(
        "What the next revision is judged by.",
        [
            "prePromotion": .object(
                "Judged on the warm-up requests: a revision that nobody asks yet has no other latency.",
                ["maxLatencyMilliseconds": .integer("Slowest answer that passes.", 1...3_600_000)]),
            "prometheus": server,
            "postPromotion": .array(
                "Judged after the takeover; a failure goes back to the revision before at once.", of: check,
                count: 0...16, list: .map(key: "name")),
        ])

    private static let server = Schema.object(
        "The Prometheus server that the queries go to. Absent: autoscaling.source.prometheus.",
        [
            "url": .string("Such as http://prometheus:9090.", length: 8...1024, pattern: "^https?://[^/?#]+[^?#]*$"),
            "authSecretRef": SecretReference.schema.described(
                "Secret with token, or with username and password, as in autoscaling.source.prometheus."),
            "tls": PrometheusSpec.tlsSchema,
        ], required: ["url"])

    private static let check = Schema.object(
        "One measurement, repeated, and its limits.",
        [
            "name": .string("Name of the check.", length: 1...63),
            "query": .string(
                "PromQL; {{revision}} stands for the revision that is judged. Every series must pass.", length: 1...4096
            ),
            "engineMetric": .choice(
                Check.EngineMetric.self,
                "In place of a query: what the engines in the pods say themselves. Without min and max, 2.5 seconds and "
                    + "5 percent are the limits."),
            "min": .quantity("Lowest value that passes."),
            "max": .quantity("Highest value that passes."),
            "intervalSeconds": .integer("Seconds between measurements.", 1...86400, default: "30"),
            "count": .integer("Measurements.", 1...1000, default: "5"),
            "failureLimit": .integer("Measurements that may fail.", 0...1000, default: "0"),
            "minRequests": .integer(
                "Requests since the measurement before, without which there is no data.", 0...1_000_000, default: "0"),
            "onNoData": .choice(
                Check.NoData.self,
                "What no data means: Pause waits for a person, Fail goes back, Ignore leaves the measurement out.",
                default: .pause),
        ], required: ["name"],
        rules: [
            Schema.Rule(
                "has(self.query) != has(self.engineMetric)",
                message: "exactly one of query and engineMetric is required"),
            Schema.Rule(
                "has(self.engineMetric) || has(self.min) || has(self.max)",
                message: "min or max is required with a query",
                field: ".query"),
        ])
}
