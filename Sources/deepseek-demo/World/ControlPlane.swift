import Base
import ClusterSimulator
import FoundationEssentials
import KubeCore
import PodModel
import Telemetry

/// The simulated control plane: API server, controllers, three nodes with two GPUs each, and a metrics adapter.
struct ControlPlane: Sendable {
    let cluster: SimulatedCluster
    let server: SimulatedAPIServer
    let controllers: SimulatedControllers
    let traffic: Traffic
    /// What a client proves itself with: kubectl asks for a password where a kubeconfig has nothing.
    let token: Redacted<String>

    /// Binds a free port of the loopback interface. Errors: `ServerError`, `Status`.
    init() throws {
        cluster = SimulatedCluster(.init(now: { Timestamp(nanoseconds: Logger.systemTime()) }))
        token = Redacted(UUID().uuidString)
        var configuration = SimulatedAPIServer.Configuration()
        configuration.users = [token.exposed: .admin]
        server = try SimulatedAPIServer(cluster, configuration)
        let traffic = Traffic()
        self.traffic = traffic
        controllers = SimulatedControllers(
            store: cluster,
            configuration: .init(
                rules: BehaviorRules(default: PodBehavior(pullTime: .seconds(1), loadTime: .seconds(8))),
                requestsInFlight: { traffic.requestsInFlight(atPod: $0) }))
        try cluster.mount(.externalMetrics(of: traffic, now: { [cluster] in cluster.now }))
        for index in 1...3 { try cluster.create(.nodes, Self.node(index), options: .init(fieldManager: "demo")) }
    }

    /// The uids of the pods that the live Service sends requests to.
    func readyPods() throws(Status) -> [String] {
        let selector: [String: JSONValue]
        do throws(Status) {
            let service = try cluster.get(Service.resourceType, DemoResource.key)
            selector = service[path: "spec", "selector"]?.objectValue ?? [:]
        } catch {
            guard error.isNotFound else { throw error }
            return []
        }
        guard !selector.isEmpty else { return [] }
        return try pods().filter { pod in
            let labels = pod.json[path: "metadata", "labels"]
            return pod.isReady && !pod.isBeingDeleted && selector.allSatisfy { labels?[$0.key] == $0.value }
        }.map(\.uid)
    }

    func pods() throws(Status) -> [PodView] {
        try cluster.list(Pod.resourceType, namespace: DemoResource.key.namespace).items.map(PodView.init)
    }

    private static func node(_ index: Int) -> JSONValue {
        let resources: JSONValue = ["cpu": "64", "memory": "512Gi", "pods": "110", "nvidia.com/gpu": "2"]
        return [
            "apiVersion": "v1", "kind": "Node",
            "metadata": [
                "name": .string("gpu-\(index)"),
                "labels": ["nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB"],
            ],
            "status": [
                "capacity": resources, "allocatable": resources,
                "addresses": [["type": "InternalIP", "address": .string("10.0.0.\(index)")]],
                "conditions": [["type": "Ready", "status": "True", "reason": "KubeletReady"]],
            ],
        ]
    }
}

extension ResourceType {
    fileprivate static let nodes = ResourceType(
        group: "", version: "v1", kind: "Node", plural: "nodes", isNamespaced: false)
}
