/// autoscaling HorizontalPodAutoscaler. The version is what the server offers: v2 since 1.23, v2beta2 before; what is
/// named here reads the same in both.
public struct HorizontalPodAutoscaler: KubernetesObject, Equatable {
    public static let resourceType = ResourceType(
        group: "autoscaling", version: "v2", kind: "HorizontalPodAutoscaler", plural: "horizontalpodautoscalers")

    public var metadata: ObjectMeta
    /// As it is, to be compared: an HPA has no generation to tell by that it changed.
    public var spec: JSONValue?
    public var status: Status?

    public init(metadata: ObjectMeta, spec: JSONValue? = nil, status: Status? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    public struct Status: Codable, Sendable, Equatable {
        public var lastScaleTime: Timestamp?
        public var currentMetrics: [Metric]?
        /// AbleToScale, ScalingActive and ScalingLimited.
        public var conditions: [Condition]?

        public init(
            lastScaleTime: Timestamp? = nil, currentMetrics: [Metric]? = nil, conditions: [Condition]? = nil
        ) {
            self.lastScaleTime = lastScaleTime
            self.currentMetrics = currentMetrics
            self.conditions = conditions
        }
    }

    /// MetricStatus, as far as External metrics go.
    public struct Metric: Codable, Sendable, Equatable {
        public struct External: Codable, Sendable, Equatable {
            public struct Identifier: Codable, Sendable, Equatable {
                public var name: String

                public init(name: String) { self.name = name }
            }

            public struct Value: Codable, Sendable, Equatable {
                public var value: Quantity?
                public var averageValue: Quantity?

                public init(value: Quantity? = nil, averageValue: Quantity? = nil) {
                    self.value = value
                    self.averageValue = averageValue
                }
            }

            public var metric: Identifier
            public var current: Value

            public init(metric: Identifier, current: Value) {
                self.metric = metric
                self.current = current
            }
        }

        /// Nil for a metric of another type, and for one that could not be read.
        public var external: External?

        public init(external: External? = nil) { self.external = external }
    }
}
