/// How the number of replicas follows the load.
public struct AutoscalingSpec: Sendable, Hashable, Codable {
    public enum Mode: String, Sendable, Hashable, Codable, CaseIterable {
        case `operator` = "Operator"
        case horizontalPodAutoscaler = "HorizontalPodAutoscaler"
    }

    public enum Compatibility: String, Sendable, Hashable, Codable, CaseIterable {
        case standard = "Standard"
        case strict = "Strict"
    }

    public struct Fallback: Sendable, Hashable, Codable {
        public enum Policy: String, Sendable, Hashable, Codable, CaseIterable {
            case hold = "Hold"
            case atLeast = "AtLeast"
        }

        public var afterSeconds: Int?
        public var policy: Policy?
        public var replicas: Int?

        public init(afterSeconds: Int? = nil, policy: Policy? = nil, replicas: Int? = nil) {
            self.afterSeconds = afterSeconds
            self.policy = policy
            self.replicas = replicas
        }

        public var resolvedAfterSeconds: Int { afterSeconds ?? 60 }
        public var resolvedPolicy: Policy { policy ?? .hold }
    }

    public struct Forecast: Sendable, Hashable, Codable {
        public var enabled: Bool?
    }

    public var mode: Mode?
    public var compatibility: Compatibility?
    public var paused: Bool?
    public var minReplicas: Int?
    public var maxReplicas: Int
    public var syncPeriodSeconds: Int?
    public var source: MetricSourceSpec?
    public var sources: [NamedMetricSource]?
    public var metrics: [MetricSpec]
    public var stalenessSeconds: Int?
    public var guards: [GuardSpec]?
    public var behavior: BehaviorSpec?
    public var fallback: Fallback?
    public var forecast: Forecast?
    public var schedules: [ScheduleSpec]?

    public init(maxReplicas: Int, source: MetricSourceSpec?, metrics: [MetricSpec]) {
        self.maxReplicas = maxReplicas
        self.source = source
        self.metrics = metrics
    }

    public var resolvedMode: Mode { mode ?? .operator }
    public var resolvedCompatibility: Compatibility { compatibility ?? .standard }
    public var resolvedPaused: Bool { paused ?? false }
    public var resolvedMinReplicas: Int { minReplicas ?? 1 }
    public var resolvedSyncPeriodSeconds: Int { syncPeriodSeconds ?? 5 }
    public var resolvedStalenessSeconds: Int { stalenessSeconds ?? 120 }
    /// On unless it is switched off, except where replicas are to follow an HPA's rules.
    public var resolvedForecastEnabled: Bool {
        forecast?.enabled ?? (resolvedMode == .operator && resolvedCompatibility == .standard)
    }
    /// Where a metric is read; nil when nothing of that name is there.
    public func source(of metric: MetricSpec) -> MetricSourceSpec? {
        guard let name = metric.sourceRef?.name else { return source }
        return sources?.first { $0.name == name }?.source
    }
    public var resolvedFallback: Fallback { fallback ?? Fallback() }
}

extension AutoscalingSpec: SchemaProviding {
    public static let schema = Schema.object(
        "How the number of replicas follows the load, with the fields and the rules of autoscaling/v2.",
        limits.merging(measures) { $1 }.merging(additions) { $1 },
        required: ["maxReplicas", "metrics"], rules: rules)

    private static let limits: [String: Schema] = [
        "mode": .choice(
            Mode.self,
            "Who decides: the operator itself, or an HorizontalPodAutoscaler that it makes of these fields.",
            default: .operator),
        "compatibility": .choice(
            Compatibility.self,
            "Standard corrects known faults of the HorizontalPodAutoscaler; Strict decides exactly as it does, and so takes "
                + "no guards, forecast, schedules, fallback or other additions.",
            default: .standard),
        "paused": .boolean("Stop deciding; the replicas stay where they are.", default: false),
        "minReplicas": .integer(
            "Lowest number of replicas. 0 lets the last one go while there is no load, and load brings it back.",
            0...100_000, default: "1"),
        "maxReplicas": .integer("Highest number of replicas.", 1...100_000),
        "syncPeriodSeconds": .integer("Seconds between decisions.", 1...300, default: "5"),
    ]

    private static let measures: [String: Schema] = [
        "source": MetricSourceSpec.schema,
        "sources": .array(
            "More sources, for metrics that name one by sourceRef.", of: NamedMetricSource.schema, count: 0...8,
            list: .map(key: "name")),
        "metrics": .array(
            "What is measured. The metric that asks for most replicas wins.", of: MetricSpec.schema, count: 1...16),
        "stalenessSeconds": .integer(
            "A sample older than this, by its own timestamp, makes its metric invalid.", 1...86400, default: "120"),
        "guards": .array(
            "Limits on a pod's load that add at most one step up (a tenth of the replicas, at least one) per cold start, "
                + "and never scale down.",
            of: GuardSpec.schema, count: 0...8),
        "behavior": BehaviorSpec.schema,
    ]

    private static let additions: [String: Schema] = [
        "fallback": .object(
            "What happens when the metrics stay away.",
            [
                "afterSeconds": .integer("Seconds without a valid metric.", 0...86400, default: "60"),
                "policy": .choice(
                    Fallback.Policy.self,
                    "Hold keeps the replicas; AtLeast raises them to replicas, and never lowers them.", default: .hold),
                "replicas": .integer("For AtLeast.", 1...100_000),
            ],
            rules: [
                Schema.Rule(
                    "!has(self.policy) || self.policy != 'AtLeast' || has(self.replicas)",
                    message: "replicas is required with the policy AtLeast", field: ".replicas")
            ]),
        "forecast": .object(
            "Scale to the load that is forecast a cold start ahead, where that is more than the load now needs, and give back "
                + "what it does not need again in time, without a scale-down window unless behavior names one.",
            [
                "enabled": .boolean(
                    "Use the forecast. Default: true; with the mode HorizontalPodAutoscaler, or Strict, false.")
            ]),
        "schedules": .array(
            "Times with limits of their own. Of several at a time the highest minimum and the lowest maximum count.",
            of: ScheduleSpec.schema, count: 0...32, list: .map(key: "name")),
    ]

    private static let rules = [
        Schema.Rule(
            "(has(self.minReplicas) ? self.minReplicas : 1) <= self.maxReplicas",
            message: "minReplicas must not be above maxReplicas", field: ".minReplicas"),
        Schema.Rule(
            "has(self.source) || (has(self.mode) && self.mode == 'HorizontalPodAutoscaler') || "
                + "self.metrics.all(m, has(m.sourceRef))",
            message: "source is required: name one of externalMetrics, prometheus, gateway"),
        Schema.Rule(
            "!has(self.source) || !has(self.source.prometheus) || self.metrics.all(m, !has(m.external) || "
                + "has(m.sourceRef) || self.source.prometheus.queries.exists(q, q.metric == m.external.metric.name))",
            message: "every metric needs a query of its name in source.prometheus.queries", field: ".metrics"),
        Schema.Rule(
            "self.metrics.all(m, !has(m.sourceRef) || has(self.sources) && self.sources.exists(s, s.name == "
                + "m.sourceRef.name))",
            message: "every sourceRef needs a source of its name in sources", field: ".metrics"),
        Schema.Rule(
            "!has(self.schedules) || self.schedules.all(s, !has(s.minReplicas) || s.minReplicas <= self.maxReplicas)",
            message: "minReplicas of a schedule must not be above autoscaling.maxReplicas", field: ".schedules"),
    ]
}
