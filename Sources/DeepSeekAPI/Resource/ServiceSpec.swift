/// The Service that clients call.
public struct ServiceSpec: Sendable, Hashable, Codable {
    public enum ServiceType: String, Sendable, Hashable, Codable, CaseIterable {
        case clusterIP = "ClusterIP"
        case nodePort = "NodePort"
        case loadBalancer = "LoadBalancer"
    }

    public var type: ServiceType?
    public var annotations: [String: String]?

    public init(type: ServiceType? = nil, annotations: [String: String]? = nil) {
        self.type = type
        self.annotations = annotations
    }

    public var resolvedType: ServiceType { type ?? .clusterIP }
}

extension ServiceSpec: SchemaProviding {
    public static let schema = Schema.object(
        "The client entry: a Service that has the name of this resource and selects the active revision.",
        [
            "type": .choice(ServiceType.self, "Type of the Service.", default: .clusterIP),
            "annotations": .map(
                "Annotations of the Service, such as those that a cloud's load balancer reads.",
                of: .string("Value of the annotation.", length: 0...4096)),
        ])
}

/// What to do when the GPUs for a wish are not there.
public struct CapacitySpec: Sendable, Hashable, Codable {
    public enum Policy: String, Sendable, Hashable, Codable, CaseIterable {
        case enforce = "Enforce"
        case report = "Report"
        case ignore = "Ignore"
    }

    public var quota: Policy?
    public var nodes: Policy?

    public init(quota: Policy? = nil, nodes: Policy? = nil) {
        self.quota = quota
        self.nodes = nodes
    }

    public var resolvedQuota: Policy { quota ?? .enforce }
    public var resolvedNodes: Policy { nodes ?? .report }
}

extension CapacitySpec: SchemaProviding {
    public static let schema = Schema.object(
        "What to do when the GPUs for a wish are not there: Enforce asks for no more than fits, Report asks and says so "
            + "in the condition CapacityAvailable, Ignore does not look.",
        [
            "quota": .choice(Policy.self, "For the namespace's ResourceQuotas.", default: .enforce),
            "nodes": .choice(
                Policy.self, "For free GPUs of nodes. Node autoscalers need to see pending pods, so Report suits them.",
                default: .report),
        ])
}

/// What is made for Prometheus and Grafana. Not carried out yet.
public struct MonitoringSpec: Sendable, Hashable, Codable {
    public struct Alerts: Sendable, Hashable, Codable {
        public var gpuUtilizationPercent: Int?
        public var p99LatencyMilliseconds: Int?
        public var errorRatePercent: Int?
    }

    public var podMonitor: Bool?
    public var alerts: Alerts?
    public var dashboards: Bool?

    public init() {}
}

extension MonitoringSpec: SchemaProviding {
    public static let schema = Schema.object(
        "What is made for Prometheus and Grafana. Not carried out yet: anything switched on here is answered with "
            + "Accepted=False.",
        [
            "podMonitor": .boolean("Make a PodMonitor for the engine's metrics.", default: false),
            "alerts": .object(
                "Thresholds of a PrometheusRule; none is made without one.",
                [
                    "gpuUtilizationPercent": .integer("Alert when GPU utilization stays above.", 1...100),
                    "p99LatencyMilliseconds": .integer(
                        "Alert when the 99th percentile of latency is above.", 1...3_600_000),
                    "errorRatePercent": .integer("Alert when the share of failed requests is above.", 1...100),
                ]),
            "dashboards": .boolean("Make a ConfigMap with a Grafana dashboard.", default: false),
        ])
}
