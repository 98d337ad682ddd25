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

        public init(requests: Int? = nil) { self.requests = requests }
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
            "autoPromote": .boolean(
                "Take over without being asked. False waits for the operation Promote.", default: true),
            "autoPromoteAfterSeconds": .integer(
                "Seconds between judged and taking over, with autoPromote.", 0...604_800, default: "0"),
            "previewReplicas": .integer(
                "Replicas of the next revision while it is judged; never more than are wished for.", 1...1000,
                default: "1"),
            "progressDeadlineSeconds": .integer(
                "Seconds for the next revision to become ready, from when its pods are scheduled.", 1...604_800,
                default: "pods.startupSeconds + 600"),
            "capacityWaitSeconds": .integer(
                "Seconds to wait for GPUs.", 0...604_800, default: "3600"),
            "scaleDownDelaySeconds": .integer(
                "Seconds that the old revision stays ready for a way back.",
                0...604_800, default: "300"),
            "onInsufficientCapacity": .choice(
                CapacityShortage.self,
                "When there are not GPUs for both: Wait for them, Fail, or replace replica by replica (InPlace), which loses "
                    + "the instant way back.", default: .wait
            ),
            "warmUp": .object(
                "Requests to each ready pod of the next revision before it is judged. Absent: none.",
                [
                    "requests": .integer("How many.", 0...1000, default: "3"),
                    "path": .string(
                        "Path of the request.", length: 1...1024, pattern: "^/.*$", default: "/v1/completions"),
                    "body": .string(
                        "Body of the request, JSON; {{model}} stands for the model's name. Absent: a completion of one token.",
                        length: 0...8192),
                ]),
            "analysis": AnalysisSpec.schema,
        ])
}
