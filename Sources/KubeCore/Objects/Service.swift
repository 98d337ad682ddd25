/// core/v1 Service.
public struct Service: KubernetesObject, Equatable {
    public static let resourceType = ResourceType(group: "", version: "v1", kind: "Service", plural: "services")

    public var metadata: ObjectMeta
    public var spec: Spec?

    public init(metadata: ObjectMeta, spec: Spec? = nil) {
        self.metadata = metadata
        self.spec = spec
    }

    public mutating func share(_ pool: inout ValuePool) {
        metadata.share(&pool)
        spec?.share(&pool)
    }

    public struct Spec: Codable, Sendable, Equatable {
        public var type: String?
        public var clusterIP: String?
        public var selector: [String: String]?
        public var ports: [Port]?

        public init(type: String? = nil, selector: [String: String]? = nil, ports: [Port]? = nil) {
            self.type = type
            self.selector = selector
            self.ports = ports
        }

        mutating func share(_ pool: inout ValuePool) { pool.share(&selector) }
    }

    public struct Port: Codable, Sendable, Equatable {
        public var name: String?
        public var port: Int
        public var targetPort: IntOrString?

        public init(name: String? = nil, port: Int, targetPort: IntOrString? = nil) {
            self.name = name
            self.port = port
            self.targetPort = targetPort
        }
    }
}
