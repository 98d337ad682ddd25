/// core/v1 Node.
public struct Node: KubernetesObject, Equatable {
    public static let resourceType = ResourceType(
        group: "", version: "v1", kind: "Node", plural: "nodes", isNamespaced: false)

    public var metadata: ObjectMeta
    public var spec: Spec?
    public var status: Status?

    public init(metadata: ObjectMeta, spec: Spec? = nil, status: Status? = nil) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    public struct Spec: Codable, Sendable, Equatable {
        public var unschedulable: Bool?
        public var taints: [Taint]?

        public init(unschedulable: Bool? = nil, taints: [Taint]? = nil) {
            self.unschedulable = unschedulable
            self.taints = taints
        }
    }

    public struct Taint: Codable, Sendable, Equatable {
        public var key: String
        public var value: String?
        public var effect: String

        public init(key: String, value: String? = nil, effect: String) {
            self.key = key
            self.value = value
            self.effect = effect
        }
    }

    public struct Status: Codable, Sendable, Equatable {
        public var capacity: [String: Quantity]?
        public var allocatable: [String: Quantity]?
        public var conditions: [Condition]?

        public init(
            capacity: [String: Quantity]? = nil, allocatable: [String: Quantity]? = nil,
            conditions: [Condition]? = nil
        ) {
            self.capacity = capacity
            self.allocatable = allocatable
            self.conditions = conditions
        }
    }
}
