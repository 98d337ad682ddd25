public import KubeCore

/// What is wished for.
public struct DeepSeekClusterSpec: Sendable, Hashable, Codable {
    public var paused: Bool?
    public var model: ModelSpec
    public var engine: EngineSpec
    public var pods: PodsSpec?
    /// The one place of the wish; nil until somebody wishes. Never defaulted.
    public var replicas: Int?
    public var service: ServiceSpec?
    public var capacity: CapacitySpec?
    public var revisionHistoryLimit: Int?
    public var autoscaling: AutoscalingSpec?
    public var migration: MigrationSpec?
    public var operation: OperationSpec?
    public var monitoring: MonitoringSpec?
    /// Kept as it is; not carried out yet.
    public var gateway: JSONValue?

    public init(model: ModelSpec, engine: EngineSpec) {
        self.model = model
        self.engine = engine
    }

    public var resolvedPaused: Bool { paused ?? false }
    /// `pods`, or one without any field set.
    public var resolvedPods: PodsSpec { pods ?? PodsSpec() }
    public var resolvedService: ServiceSpec { service ?? ServiceSpec() }
    public var resolvedCapacity: CapacitySpec { capacity ?? CapacitySpec() }
    public var resolvedMigration: MigrationSpec { migration ?? MigrationSpec() }
    /// 0 to 100.
    public var resolvedRevisionHistoryLimit: Int { revisionHistoryLimit ?? 5 }
    /// Seconds for a new revision to become ready, from when its pods are scheduled.
    public var resolvedProgressDeadlineSeconds: Int {
        migration?.progressDeadlineSeconds ?? resolvedPods.resolvedStartupSeconds &+ 600
    }
}

extension DeepSeekClusterSpec: SchemaProviding {
    public static let schema = Schema.object(
        "What to serve, on what, how it scales and how it moves to the next version. A minimal one has model and engine.",
        [
            "paused": .boolean("Hands off: while true, the operator changes nothing but the status.", default: false),
            "model": ModelSpec.schema,
            "engine": EngineSpec.schema,
            "pods": PodsSpec.schema,
            "replicas": .integer(
                "Wished number of replicas of the active revision. Written by the operator's autoscaler, an "
                    + "HorizontalPodAutoscaler, KEDA or people, best through /scale (kubectl scale). Absent: filled from "
                    + "the active revision, else autoscaling.minReplicas, else 1. With autoscaling, 0 means that "
                    + "autoscaling is disabled until somebody writes another number.", 0...100_000),
            "service": ServiceSpec.schema,
            "capacity": CapacitySpec.schema,
            "revisionHistoryLimit": .integer("Old revisions kept for a rollback.", 0...100, default: "5"),
            "autoscaling": AutoscalingSpec.schema,
            "migration": MigrationSpec.schema,
            "operation": OperationSpec.schema,
            "monitoring": MonitoringSpec.schema,
            "gateway": .opaque(
                "Protection of the API: rate limits, priorities, degradation. Reserved: a resource that has it is "
                    + "answered with Accepted=False until the gateway works."),
        ],
        required: ["model", "engine"],
        rules: [
            Schema.Rule(
                "self.engine.type in ['custom', 'torchrun'] || has(self.model.source)",
                message: "model.source is required for this engine: name one of pvc, huggingFace, oci, s3, hostPath",
                field: ".model")
        ])
}
