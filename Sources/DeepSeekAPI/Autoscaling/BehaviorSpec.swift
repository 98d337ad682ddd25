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
