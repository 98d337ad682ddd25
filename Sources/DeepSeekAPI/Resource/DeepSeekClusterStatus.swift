public import KubeCore

/// What is. Written by the operator alone.
public struct DeepSeekClusterStatus: Sendable, Hashable, Codable {
    public enum Phase: String, Sendable, Hashable, Codable, CaseIterable {
        case pending = "Pending"
        case loading = "Loading"
        case ready = "Ready"
        case scaling = "Scaling"
        case migrating = "Migrating"
        case degraded = "Degraded"
        case paused = "Paused"
    }

    public var phase: Phase?
    public var message: String?
    public var observedGeneration: Int64?
    /// Of the active revision only, as are `readyReplicas` and `selector`.
    public var replicas: Int?
    public var readyReplicas: Int?
    public var desiredReplicas: Int?
    public var selector: String?
    public var activeRevision: String?
    public var previewRevision: String?
    public var autoscaling: AutoscalingStatus?
    public var migration: MigrationStatus?
    public var operation: OperationStatus?
    public var history: [RevisionStatus]?
    public var conditions: [Condition]?

    public init() {}

    mutating func share(_ pool: inout ValuePool) {
        pool.share(&message)
        pool.share(&conditions)
    }
}

extension DeepSeekClusterStatus: SchemaProviding {
    public static let schema = Schema.object(
        "What is. Written by the operator alone.",
        [
            "phase": .choice(Phase.self, "The state in one word, for people; programs read the conditions."),
            "message": .string("The state in one sentence.", length: 0...1024),
            "observedGeneration": .integer("Generation of the spec that this status is about.", 0...(1 << 53)),
            "replicas": .integer("Replicas of the active revision.", 0...Int(Int32.max)),
            "readyReplicas": .integer("Replicas of the active revision that serve.", 0...Int(Int32.max)),
            "desiredReplicas": .integer("Replicas of the active revision that are wished for.", 0...Int(Int32.max)),
            "selector": .string("Label selector of the active revision's pods, for /scale.", length: 0...1024),
            "activeRevision": .string("Revision that clients reach.", length: 0...63),
            "previewRevision": .string(
                "Revision that is about to become active; empty when there is none.", length: 0...63),
            "autoscaling": AutoscalingStatus.schema,
            "migration": MigrationStatus.schema,
            "operation": OperationStatus.schema,
            // Atomic, since its order counts: merged by key, elements would stay where they were.
            "history": .array("Revisions, the latest first.", of: RevisionStatus.schema, count: 0...101),
            "conditions": .array(
                "Accepted, Ready, Available, Progressing, Migrating, CapacityAvailable, WarmedUp, AnalysisPassed, "
                    + "AbleToScale, ScalingActive, ScalingLimited, Paused and Degraded.",
                of: condition, count: 0...32, list: .map(key: "type")),
        ])

    private static let condition = Schema.object(
        "One condition, as metav1.Condition.",
        [
            "type": .string("Name of the condition.", length: 1...316),
            "status": .string("True, False or Unknown.", length: 1...7, pattern: "^(True|False|Unknown)$"),
            "observedGeneration": .integer("Generation of the spec that the condition is about.", 0...(1 << 53)),
            "lastTransitionTime": .time("When the status changed last."),
            "reason": .string("One word for programs.", length: 0...1024),
            "message": .string("A sentence that a person can act on.", length: 0...32768),
        ], required: ["type", "status"])
}

/// One revision of the past.
public struct RevisionStatus: Sendable, Hashable, Codable {
    public struct Rejection: Sendable, Hashable, Codable {
        public var reason: String
        public var at: Timestamp?

        public init(reason: String, at: Timestamp? = nil) {
            self.reason = reason
            self.at = at
        }
    }

    public var revision: String
    public var version: String?
    public var promotedAt: Timestamp?
    public var rejected: Rejection?

    public init(revision: String, version: String? = nil, promotedAt: Timestamp? = nil, rejected: Rejection? = nil) {
        self.revision = revision
        self.version = version
        self.promotedAt = promotedAt
        self.rejected = rejected
    }
}

extension RevisionStatus: SchemaProviding {
    public static let schema = Schema.object(
        "One revision.",
        [
            "revision": .string("Its hash.", length: 1...63),
            "version": .string("model.version of it.", length: 0...63),
            "promotedAt": .time("When it became active."),
            "rejected": .object(
                "Why it is not tried again until the spec changes.",
                ["reason": .string("One word.", length: 1...1024), "at": .time("When.")], required: ["reason"]),
        ], required: ["revision"])
}
