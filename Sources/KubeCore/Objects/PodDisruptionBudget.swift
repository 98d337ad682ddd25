/// policy PodDisruptionBudget. The version is what the server offers: v1 since 1.21, v1beta1 before.
public struct PodDisruptionBudget: KubernetesObject, Equatable {
    public static let resourceType = ResourceType(
        group: "policy", version: "v1", kind: "PodDisruptionBudget", plural: "poddisruptionbudgets")

    public var metadata: ObjectMeta
    public var spec: Spec?

    public init(metadata: ObjectMeta, spec: Spec? = nil) {
        self.metadata = metadata
        self.spec = spec
    }

    public mutating func share(_ pool: inout ValuePool) {
        metadata.share(&pool)
        spec?.selector?.share(&pool)
    }

    public struct Spec: Codable, Sendable, Equatable {
        public var maxUnavailable: IntOrString?
        public var selector: LabelSelector?
        public var unhealthyPodEvictionPolicy: String?
    }
}
