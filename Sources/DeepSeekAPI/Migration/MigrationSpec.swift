/// How the next revision becomes active.
public struct MigrationSpec: Sendable, Hashable, Codable {
    public enum Strategy: String, Sendable, Hashable, Codable, CaseIterable {
        case blueGreen = "BlueGreen"
        case canary = "Canary"
    }

    public enum CapacityShortage: String, Sendable, Hashable, Codable, CaseIterable {
        case wait = "Wait"
        case fail = "Fail"
        case inPlace = "InPlace"
    }

    public struct WarmUp: Sendable, Hashable, Codable {
        public var requests: Int?
        public var path: String?
        public var body: String?
    }

    public var strategy: Strategy?
    public var autoPromote: Bool?
    public var autoPromoteAfterSeconds: Int?
    public var previewReplicas: Int?
    public var progressDeadlineSeconds: Int?
    public var capacityWaitSeconds: Int?
    public var scaleDownDelaySeconds: Int?
    public var onInsufficientCapacity: CapacityShortage?
    public var warmUp: WarmUp?
    public var analysis: AnalysisSpec?

    public init() {}

    public var resolvedStrategy: Strategy { strategy ?? .blueGreen }
    public var resolvedAutoPromote: Bool { autoPromote ?? true }
    public var resolvedAutoPromoteAfterSeconds: Int { autoPromoteAfterSeconds ?? 0 }
    public var resolvedPreviewReplicas: Int { previewReplicas ?? 1 }
    public var resolvedCapacityWaitSeconds: Int { capacityWaitSeconds ?? 3600 }
    public var resolvedScaleDownDelaySeconds: Int { scaleDownDelaySeconds ?? 300 }
    public var resolvedOnInsufficientCapacity: CapacityShortage { onInsufficientCapacity ?? .wait }
}

extension MigrationSpec: SchemaProviding {
    public static let schema = Schema.object(
        "How the next revision becomes active: it is made beside the active one, and takes over when it is ready.",
        [
            "strategy": .choice(Strategy.self, "BlueGreen; Canary is reserved.", default: .blueGreen),
            "autoPromote": .boolean("Take over without being asked. False is not carried out yet.", default: true),
            "autoPromoteAfterSeconds": .integer(
                "Seconds between ready and taking over. Above 0 is not carried out yet.", 0...604_800, default: "0"),
            "previewReplicas": .integer(
                "Replicas of the next revision before it takes over. Other than 1 is not carried out yet.", 1...1000,
                default: "1"),
            "progressDeadlineSeconds": .integer(
                "Seconds for the next revision to become ready, from when its pods are scheduled.", 1...604_800,
                default: "pods.startupSeconds + 600"),
            "capacityWaitSeconds": .integer(
                "Seconds to wait for GPUs. Other than 3600 is not carried out yet.", 0...604_800, default: "3600"),
            "scaleDownDelaySeconds": .integer(
                "Seconds that the old revision stays ready for a way back. Other than 300 is not carried out yet.",
                0...604_800, default: "300"),
            "onInsufficientCapacity": .choice(
                CapacityShortage.self, "When there are not GPUs for both. Only Wait is carried out yet.", default: .wait
            ),
            "warmUp": .object(
                "Requests to the next revision before it is judged. Not carried out yet.",
                [
                    "requests": .integer("How many.", 0...1000, default: "3"),
                    "path": .string("Path of the request.", length: 1...1024, pattern: "^/.*$"),
                    "body": .string("Body of the request; {{model}} stands for the model's name.", length: 0...8192),
                ]),
            "analysis": AnalysisSpec.schema,
        ])
}
