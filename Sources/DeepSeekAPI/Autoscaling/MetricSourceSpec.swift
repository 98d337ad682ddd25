public import KubeCore

/// Where metrics are read: exactly one of these.
public struct MetricSourceSpec: Sendable, Hashable, Codable {
    /// external.metrics.k8s.io; without settings.
    public struct ExternalMetrics: Sendable, Hashable, Codable {
        public init() {}
    }

    public var externalMetrics: ExternalMetrics?
    public var prometheus: PrometheusSpec?
    /// Not carried out yet.
    public var gateway: JSONValue?

    public init(externalMetrics: ExternalMetrics? = nil, prometheus: PrometheusSpec? = nil) {
        self.externalMetrics = externalMetrics
        self.prometheus = prometheus
    }

    /// The names of the sources that are given.
    var given: [String] {
        let sources = [
            ("externalMetrics", externalMetrics != nil), ("prometheus", prometheus != nil), ("gateway", gateway != nil),
        ]
        return sources.filter(\.1).map(\.0)
    }
}

/// A Prometheus server and what to ask it.
public struct PrometheusSpec: Sendable, Hashable, Codable {
    public struct Query: Sendable, Hashable, Codable {
        public var metric: String
        public var query: String
        public var timestampQuery: String?

        public init(metric: String, query: String, timestampQuery: String? = nil) {
            self.metric = metric
            self.query = query
            self.timestampQuery = timestampQuery
        }
    }

    public struct TLS: Sendable, Hashable, Codable {
        public var caSecretRef: SecretKeyReference?
        public var clientCertificateSecretRef: SecretReference?
        public var serverName: String?
        public var insecureSkipVerify: Bool?
    }

    public var url: String
    public var queries: [Query]
    public var authSecretRef: SecretReference?
    public var tls: TLS?

    public init(url: String, queries: [Query]) {
        self.url = url
        self.queries = queries
    }
}

/// A source that metrics name by `sourceRef`.
public struct NamedMetricSource: Sendable, Hashable, Codable {
    public var name: String
    public var externalMetrics: MetricSourceSpec.ExternalMetrics?
    public var prometheus: PrometheusSpec?
    /// Not carried out yet.
    public var gateway: JSONValue?

    public init(name: String, _ source: MetricSourceSpec) {
        self.name = name
        externalMetrics = source.externalMetrics
        prometheus = source.prometheus
        gateway = source.gateway
    }

    public var source: MetricSourceSpec {
        var source = MetricSourceSpec(externalMetrics: externalMetrics, prometheus: prometheus)
        source.gateway = gateway
        return source
    }
}

extension MetricSourceSpec: SchemaProviding {
    public static let schema = Schema.object(
        "Where the metrics are read: exactly one of externalMetrics, prometheus and gateway.", properties,
        rules: [isOne])

    static let properties: [String: Schema] = [
        "externalMetrics": .object("The API external.metrics.k8s.io, as an HorizontalPodAutoscaler reads it.", [:]),
        "prometheus": PrometheusSpec.schema,
        "gateway": .opaque("The operator's own gateway. Not carried out yet."),
    ]

    static let isOne = Schema.Rule(
        "[has(self.externalMetrics), has(self.prometheus), has(self.gateway)].filter(given, given).size() == 1",
        message: "exactly one of externalMetrics, prometheus and gateway is required")
}

extension NamedMetricSource: SchemaProviding {
    public static let schema = Schema.object(
        "A source with a name: exactly one of externalMetrics, prometheus and gateway.",
        MetricSourceSpec.properties.merging(["name": .string("Name of the source.", length: 1...63)]) { $1 },
        required: ["name"], rules: [MetricSourceSpec.isOne])
}

extension PrometheusSpec: SchemaProviding {
    public static let schema = Schema.object(
        "A server with Prometheus' query API.",
        [
            "url": .string("Such as http://prometheus:9090.", length: 8...1024, pattern: "^https?://[^/?#]+[^?#]*$"),
            "queries": .array(
                "One PromQL query for each metric.",
                of: .object(
                    "One query.",
                    [
                        "metric": .string("Name of the metric in autoscaling.metrics.", length: 1...253),
                        "query": .string(
                            "PromQL whose result is a scalar or a vector, which is summed.", length: 1...4096),
                        "timestampQuery": .string(
                            "PromQL for the time of the samples, in seconds since 1970, such as "
                                + "max(timestamp(requests_total)): the oldest of its results counts for stalenessSeconds. "
                                + "Absent: timestamp() of the query where that is one selector, else the time of asking.",
                            length: 1...4096),
                    ], required: ["metric", "query"]), count: 1...16, list: .map(key: "metric")),
            "authSecretRef": SecretReference.schema.described(
                "Secret with token, or with username and password. It must carry the operator's opt-in label, and the "
                    + "administrator must allow the host."),
            "tls": tlsSchema,
        ], required: ["url", "queries"])

    static let tlsSchema = Schema.object(
        "How the server is trusted. Absent: the system's authorities.",
        [
            "caSecretRef": SecretKeyReference.schema.described("Authority in PEM; key is ca.crt when absent."),
            "clientCertificateSecretRef": SecretReference.schema.described("Secret with tls.crt and tls.key."),
            "serverName": .string("Name that the certificate must have.", length: 1...253),
            "insecureSkipVerify": .boolean("Trust any certificate.", default: false),
        ])
}
