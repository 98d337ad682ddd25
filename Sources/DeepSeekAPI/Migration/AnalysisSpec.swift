/// What the next revision is judged by. Not carried out yet.
public struct AnalysisSpec: Sendable, Hashable, Codable {
    public struct PrePromotion: Sendable, Hashable, Codable {
        public var maxLatencyMilliseconds: Int?
    }

    public struct Check: Sendable, Hashable, Codable {
        public enum NoData: String, Sendable, Hashable, Codable, CaseIterable {
            case pause = "Pause"
            case fail = "Fail"
            case ignore = "Ignore"
        }

        public var name: String
        public var query: String
        public var min: QuantityText?
        public var max: QuantityText?
        public var intervalSeconds: Int?
        public var count: Int?
        public var failureLimit: Int?
        public var minRequests: Int?
        public var onNoData: NoData?
    }

    public var prePromotion: PrePromotion?
    public var postPromotion: [Check]?
}

extension AnalysisSpec: SchemaProviding {
    public static let schema = Schema.object(
        "What the next revision is judged by. Not carried out yet.",
        [
            "prePromotion": .object(
                "Judged on the warm-up requests.",
                ["maxLatencyMilliseconds": .integer("Slowest answer that passes.", 1...3_600_000)]),
            "postPromotion": .array(
                "Judged after the takeover.", of: check, count: 0...16, list: .map(key: "name")),
        ])

    private static let check = Schema.object(
        "One query and its limits.",
        [
            "name": .string("Name of the check.", length: 1...63),
            "query": .string("PromQL; {{revision}} stands for the revision that is judged.", length: 1...4096),
            "min": .quantity("Lowest value that passes."),
            "max": .quantity("Highest value that passes."),
            "intervalSeconds": .integer("Seconds between measurements.", 1...86400, default: "30"),
            "count": .integer("Measurements.", 1...1000, default: "5"),
            "failureLimit": .integer("Measurements that may fail.", 0...1000, default: "0"),
            "minRequests": .integer("Requests without which there is no data.", 0...1_000_000, default: "0"),
            "onNoData": .choice(Check.NoData.self, "What no data means.", default: .pause),
        ], required: ["name", "query"])
}

/// Something to do once. Not carried out yet.
public struct OperationSpec: Sendable, Hashable, Codable {
    public enum OperationType: String, Sendable, Hashable, Codable, CaseIterable {
        case promote = "Promote"
        case promoteFull = "PromoteFull"
        case abort = "Abort"
        case retry = "Retry"
        case rollback = "Rollback"
        case pause = "Pause"
        case resume = "Resume"
        case restart = "Restart"

        var namesRevision: Bool { self == .promote || self == .rollback }
    }

    public var id: String
    public var type: OperationType
    public var targetRevision: String?
}

extension OperationSpec: SchemaProviding {
    public static let schema = Schema.object(
        "Something to do once for each id. Not carried out yet.",
        [
            "id": .string("Any text that was not used before.", length: 1...63),
            "type": .choice(OperationType.self, "What to do."),
            "targetRevision": .string("The revision that Promote and Rollback mean.", length: 1...63),
        ],
        required: ["id", "type"],
        rules: [
            Schema.Rule(
                "!(self.type in ['Promote', 'Rollback']) || has(self.targetRevision)",
                message: "targetRevision is required with Promote and Rollback", field: ".targetRevision")
        ])
}
