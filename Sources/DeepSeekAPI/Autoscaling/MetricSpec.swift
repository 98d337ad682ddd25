public import KubeCore

/// autoscaling/v2 MetricSpec with an External metric, and what is added to it.
public struct MetricSpec: Sendable, Hashable, Codable {
    public enum MetricType: String, Sendable, Hashable, Codable, CaseIterable {
        case external = "External"
    }

    /// What an empty result means.
    public enum EmptyPolicy: String, Sendable, Hashable, Codable, CaseIterable {
        case hold = "Hold"
        case zero = "Zero"
        case ignore = "Ignore"
    }

    public struct External: Sendable, Hashable, Codable {
        public var metric: Identifier
        public var target: Target

        public init(metric: Identifier, target: Target) {
            self.metric = metric
            self.target = target
        }
    }

    public struct Identifier: Sendable, Hashable, Codable {
        public var name: String
        public var selector: LabelSelector?

        public init(name: String, selector: LabelSelector? = nil) {
            self.name = name
            self.selector = selector
        }
    }

    public struct Target: Sendable, Hashable, Codable {
        public enum TargetType: String, Sendable, Hashable, Codable, CaseIterable {
            case averageValue = "AverageValue"
            case value = "Value"
        }

        public var type: TargetType
        public var averageValue: QuantityText?
        public var value: QuantityText?

        public init(type: TargetType, averageValue: QuantityText? = nil, value: QuantityText? = nil) {
            self.type = type
            self.averageValue = averageValue
            self.value = value
        }

        /// The quantity that the type asks for; nil when it is missing or none.
        public var quantity: Quantity? { (type == .averageValue ? averageValue : value)?.quantity }
    }

    public var type: MetricType
    public var external: External?
    public var onEmpty: EmptyPolicy?
    public var sourceRef: SourceReference?
    public var activationThreshold: QuantityText?

    /// Another source than `autoscaling.source`: one of `autoscaling.sources`, by name.
    public struct SourceReference: Sendable, Hashable, Codable {
        public var name: String

        public init(name: String) { self.name = name }
    }

    public init(
        external: External, onEmpty: EmptyPolicy? = nil, sourceRef: SourceReference? = nil,
        activationThreshold: QuantityText? = nil
    ) {
        type = .external
        self.external = external
        self.onEmpty = onEmpty
        self.sourceRef = sourceRef
        self.activationThreshold = activationThreshold
    }

    public var resolvedOnEmpty: EmptyPolicy { onEmpty ?? .hold }
}

extension MetricSpec: SchemaProviding {
    public static let schema = Schema.object(
        "One metric, as in autoscaling/v2.",
        [
            "type": .choice(MetricType.self, "Kind of the metric: External, one that is not tied to an object."),
            "external": external,
            "onEmpty": .choice(
                EmptyPolicy.self,
                "What an empty or NaN result means: Hold keeps the replicas, Zero is the number 0, Ignore leaves the "
                    + "decision to the other metrics (for a latency quantile, which is NaN when idle).", default: .hold),
            "sourceRef": .object(
                "Another source than autoscaling.source: one of autoscaling.sources.",
                ["name": .string("Name of the source.", length: 1...63)], required: ["name"]),
            "activationThreshold": .quantity(
                "With minReplicas 0: a value up to this counts as no load, so that it wakes no replica and lets the last "
                    + "one go.", default: "0"),
        ],
        required: ["type"],
        rules: [Schema.Rule("has(self.external)", message: "external is required with the type External")])

    private static let external = Schema.object(
        "A metric that is not tied to an object, such as requests per second.",
        [
            "metric": .object(
                "Which metric.",
                [
                    "name": .string("Name of the metric, such as api_requests_per_second.", length: 1...253),
                    "selector": LabelSelector.schema.described("Labels of the series that count."),
                ], required: ["name"]),
            "target": target,
        ], required: ["metric", "target"])

    private static let target = Schema.object(
        "The value to keep.",
        [
            "type": .choice(
                Target.TargetType.self, "AverageValue: the sum over the replicas. Value: the sum as a whole."),
            "averageValue": .quantity("Wished value per replica, above 0."),
            "value": .quantity("Wished value as a whole, above 0."),
        ],
        required: ["type"],
        rules: [
            Schema.Rule(
                "self.type == 'AverageValue' ? has(self.averageValue) && !has(self.value) : has(self.value) && "
                    + "!has(self.averageValue)",
                message: "the type AverageValue needs averageValue alone, and Value needs value alone")
        ])
}

extension LabelSelector: SchemaProviding {
    public static let schema = Schema.object(
        "Labels to match, as in a Service monitor or a Deployment.",
        [
            "matchLabels": .map("Labels with these values.", of: .string("Value of the label.", length: 0...63)),
            "matchExpressions": .array(
                "Requirements that hold all together.",
                of: .object(
                    "One requirement.",
                    [
                        "key": .string("Name of the label.", length: 1...317),
                        "operator": .string(
                            "In, NotIn, Exists or DoesNotExist.", length: 1...16,
                            pattern: "^(In|NotIn|Exists|DoesNotExist)$"),
                        "values": .array(
                            "Values for In and NotIn.", of: .string("One value.", length: 0...63), count: 0...32),
                    ], required: ["key", "operator"]), count: 0...16),
        ])
}
