/// core/v1 Node.
public struct Node: KubernetesObject, Equatable {
    public static let resourceType = ResourceType(
        group: "", version: "v1", kind: "Node", plural: "nodes", isNamespaced: false)

    public var metadata: ObjectMeta
    public var status: Status?

    public init(metadata: ObjectMeta, status: Status? = nil) {
        self.metadata = metadata
        self.status = status
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
