/// apps/v1 Deployment.
public struct Deployment: KubernetesObject, Equatable {
    public static let resourceType = ResourceType(
        group: "apps", version: "v1", kind: "Deployment", plural: "deployments")

    public var metadata: ObjectMeta
    public var spec: Spec
    public var status: Status?

    public init(metadata: ObjectMeta, spec: Spec, status: Status? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    public mutating func share(_ pool: inout ValuePool) {
        metadata.share(&pool)
        spec.selector?.share(&pool)
        status?.share(&pool)
    }

    public struct Spec: Codable, Sendable, Equatable {
        public var replicas: Int?
        public var selector: LabelSelector?
        public var paused: Bool?
        public var template: Template?

        public init(replicas: Int? = nil, selector: LabelSelector? = nil, paused: Bool? = nil) {
            self.replicas = replicas
            self.selector = selector
            self.paused = paused
        }
    }

    /// The pod template, as far as its annotations.
    public struct Template: Codable, Sendable, Equatable {
        public struct Metadata: Codable, Sendable, Equatable {
            public var annotations: [String: String]?
        }

        public var metadata: Metadata?

        public init(annotations: [String: String]) { metadata = Metadata(annotations: annotations) }
    }

    public struct Status: Codable, Sendable, Equatable {
        public var observedGeneration: Int64?
        public var replicas: Int?
        public var updatedReplicas: Int?
        public var readyReplicas: Int?
        public var availableReplicas: Int?
        public var unavailableReplicas: Int?
        public var conditions: [Condition]?

        public init(
            observedGeneration: Int64? = nil, replicas: Int? = nil, readyReplicas: Int? = nil,
            availableReplicas: Int? = nil, conditions: [Condition]? = nil
        ) {
            self.observedGeneration = observedGeneration
            self.replicas = replicas
            self.readyReplicas = readyReplicas
            self.availableReplicas = availableReplicas
            self.conditions = conditions
        }

        mutating func share(_ pool: inout ValuePool) { pool.share(&conditions) }
    }
}
