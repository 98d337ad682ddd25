/// autoscaling/v2 HorizontalPodAutoscalerBehavior.
public struct BehaviorSpec: Sendable, Hashable, Codable {
    public struct Rules: Sendable, Hashable, Codable {
        public enum SelectPolicy: String, Sendable, Hashable, Codable, CaseIterable {
            case max = "Max"
            case min = "Min"
            case disabled = "Disabled"
        }

        public var stabilizationWindowSeconds: Int?
        public var selectPolicy: SelectPolicy?
        public var policies: [Policy]?
        public var tolerance: QuantityText?
    }

    public struct Policy: Sendable, Hashable, Codable {
        public enum PolicyType: String, Sendable, Hashable, Codable, CaseIterable {
            case pods = "Pods"
            case percent = "Percent"
        }

        public var type: PolicyType
        public var value: Int
        public var periodSeconds: Int
    }

    public var scaleUp: Rules?
    public var scaleDown: Rules?

    public init(scaleUp: Rules? = nil, scaleDown: Rules? = nil) {
        self.scaleUp = scaleUp
        self.scaleDown = scaleDown
    }
}

extension BehaviorSpec: SchemaProviding {
    public static let schema = Schema.object(
        "How fast replicas change, as in autoscaling/v2.",
        [
            "scaleUp": rules.described(
                "Scaling up. Default: the higher of 4 pods and 100 percent in 15 seconds, without stabilization."),
            "scaleDown": rules.described(
                "Scaling down. Default: 100 percent in 15 seconds, stabilized over 300 seconds."),
        ])

    private static let rules = Schema.object(
        "Scaling in one direction.",
        [
            "stabilizationWindowSeconds": .integer(
                "Seconds of past recommendations that count: the most cautious of them wins.", 0...3600),
            "selectPolicy": .choice(Rules.SelectPolicy.self, "Which policy counts.", default: .max),
            "policies": .array(
                "Limits of change.",
                of: .object(
                    "One limit.",
                    [
                        "type": .choice(Policy.PolicyType.self, "Unit of value."),
                        "value": .integer("Largest change.", 1...2_147_483_647),
                        "periodSeconds": .integer("Seconds in which the change may happen.", 1...1800),
                    ], required: ["type", "value", "periodSeconds"]), count: 0...16),
            "tolerance": .quantity("Share of deviation from the target that changes nothing.", default: "0.1"),
        ])
}

/// A limit on a pod's load. Not carried out yet.
public struct GuardSpec: Sendable, Hashable, Codable {
    public enum Metric: String, Sendable, Hashable, Codable, CaseIterable {
        case inFlightPerReplica, queueDepth, kvCachePercent, timeToFirstTokenMilliseconds
    }

    public var metric: Metric
    public var max: Int
}

extension GuardSpec: SchemaProviding {
    public static let schema = Schema.object(
        "A limit on a pod's load.",
        [
            "metric": .choice(Metric.self, "What is measured."),
            "max": .integer("Value above which a step up is added.", 1...2_147_483_647),
        ], required: ["metric", "max"])
}

/// Times with limits of their own. Not carried out yet.
public struct ScheduleSpec: Sendable, Hashable, Codable {
    public var name: String
    public var timeZone: String?
    public var start: String
    public var end: String
    public var minReplicas: Int?
    public var maxReplicas: Int?
}

extension ScheduleSpec: SchemaProviding {
    public static let schema = Schema.object(
        "From start to end, limits of their own.",
        [
            "name": .string("Name of the schedule.", length: 1...63),
            "timeZone": .string("Such as Asia/Shanghai.", length: 1...64, default: "UTC"),
            "start": .string("When it begins, as minute, hour, day, month and weekday of cron.", length: 9...100),
            "end": .string("When it ends, in the same form.", length: 9...100),
            "minReplicas": .integer("Lowest number of replicas meanwhile.", 1...100_000),
            "maxReplicas": .integer("Highest number of replicas meanwhile.", 1...100_000),
        ],
        required: ["name", "start", "end"],
        rules: [
            Schema.Rule(
                "has(self.minReplicas) || has(self.maxReplicas)", message: "minReplicas or maxReplicas is required"),
            Schema.Rule(
                "!has(self.minReplicas) || !has(self.maxReplicas) || self.minReplicas <= self.maxReplicas",
                message: "minReplicas must not be above maxReplicas", field: ".minReplicas"),
        ])
}
