public import KubeCore

/// What an HPA that the operator makes has to rely on.
public struct AutoscalerSupport: Sendable, Equatable {
    /// The HorizontalPodAutoscaler that the server offers; nil for one that has neither v2 nor v2beta2.
    public var resourceType: ResourceType?
    /// Whether this operator serves the metrics of `source.prometheus` as external metrics.
    public var servesPrometheusMetrics: Bool

    public init(
        resourceType: ResourceType? = HorizontalPodAutoscaler.resourceType, servesPrometheusMetrics: Bool = false
    ) {
        self.resourceType = resourceType
        self.servesPrometheusMetrics = servesPrometheusMetrics
    }

    /// Whether `behavior.*.tolerance` can be said: it is a field of v2 only.
    var hasTolerance: Bool { resourceType?.version == "v2" }
}
