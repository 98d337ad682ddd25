public import KubeCore

/// What the autoscaler saw and decided.
public struct AutoscalingStatus: Sendable, Hashable, Codable {
    public struct Metric: Sendable, Hashable, Codable {
        public var name: String
        public var averageValue: QuantityText?
        public var value: QuantityText?

        public init(name: String, averageValue: QuantityText? = nil, value: QuantityText? = nil) {
            self.name = name
            self.averageValue = averageValue
            self.value = value
        }
    }

    /// The stages of the last decision, in replicas.
    public struct LastDecision: Sendable, Hashable, Codable {
        public var raw: Int?
        public var tolerance: Int?
        public var forecast: Int?
        public var guards: Int?
        public var stabilized: Int?
        public var limited: Int?
        public var capacity: Int?
        public var final: Int?
        public var reason: String?

        public init() {}
    }

    public struct ColdStart: Sendable, Hashable, Codable {
        public var p50Seconds: Int?
        public var p90Seconds: Int?
        public var samples: Int?

        public init() {}
    }

    public var currentMetrics: [Metric]?
    public var lastScaleTime: Timestamp?
    public var lastDecision: LastDecision?
    public var coldStart: ColdStart?

    public init() {}
}

extension AutoscalingStatus: SchemaProviding {
    private static let count = 0...Int(Int32.max)

    public static let schema = Schema.object(
        "What the autoscaler saw and decided.",
        [
            "currentMetrics": .array(
                "The metrics as last read.",
                of: .object(
                    "One metric.",
                    [
                        "name": .string("Name of the metric.", length: 1...253),
                        "averageValue": .quantity("Value per replica."),
                        "value": .quantity("Value as a whole."),
                    ], required: ["name"]), count: 0...16),
            "lastScaleTime": .time("When the autoscaler changed the replicas last."),
            "lastDecision": .object(
                "How the last decision came about, stage by stage.",
                [
                    "raw": .integer("What the metrics ask for.", count),
                    "tolerance": .integer("After tolerance.", count),
                    "forecast": .integer("With the forecast.", count),
                    "guards": .integer("With what the guards ask for.", count),
                    "stabilized": .integer("After stabilization.", count),
                    "limited": .integer("After the limits of change, minReplicas and maxReplicas.", count),
                    "capacity": .integer("What the quota gives.", count),
                    "final": .integer("What was written.", count),
                    "reason": .string("The reason, in words.", length: 0...1024),
                ]),
            "coldStart": .object(
                "Times from scheduled to ready, as measured.",
                [
                    "p50Seconds": .integer("The median.", count),
                    "p90Seconds": .integer("The 90th percentile.", count),
                    "samples": .integer("Starts that were measured.", count),
                ]),
        ])
}
