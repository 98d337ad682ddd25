/// core/v1 ResourceQuota.
public struct ResourceQuota: KubernetesObject, Equatable {
    public static let resourceType = ResourceType(
        group: "", version: "v1", kind: "ResourceQuota", plural: "resourcequotas")

    public var metadata: ObjectMeta
    public var status: Status?

    public struct Status: Codable, Sendable, Equatable {
        public var hard: [String: Quantity]?
        public var used: [String: Quantity]?
    }
}
