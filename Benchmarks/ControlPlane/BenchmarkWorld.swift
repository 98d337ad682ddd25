import Base
import ClusterSimulator
import DeepSeekAPI
import FoundationEssentials
import KubeCore
import PodModel
import Telemetry

/// The simulated control plane of a benchmark: one node with room for everything, and many DeepSeekClusters.
struct BenchmarkWorld: Sendable {
    static let replicas = 3

    let cluster: SimulatedCluster
    let server: SimulatedAPIServer
    let controllers: SimulatedControllers
    private let token = UUID().uuidString

    init(kubeconfig: String) throws {
        cluster = SimulatedCluster(.init(now: { Timestamp(nanoseconds: Logger.systemTime()) }))
        var configuration = SimulatedAPIServer.Configuration()
        configuration.users = [token: .admin]
        server = try SimulatedAPIServer(cluster, configuration)
        controllers = SimulatedControllers(
            store: cluster, configuration: .init(rules: BehaviorRules(default: PodBehavior(pullTime: .zero))))
        try cluster.create(.node, Self.node, options: Self.options)
        try server.writeKubeconfig(to: kubeconfig, token: token)
    }

    /// Creates the resources; the definition must be there.
    func seed(clusters: Int, syncPeriod: Int, prometheus: String) throws(Status) {
        for index in 0..<Self.namespaces {
            let name: JSONValue = .string("team-\(index)")
            let namespace: JSONValue = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": name]]
            try cluster.create(.namespace, namespace, options: Self.options)
        }
        for index in 0..<clusters {
            let resource = Self.resource(index, syncPeriod: syncPeriod, prometheus: prometheus)
            try cluster.create(DeepSeekCluster.resourceType, resource, options: Self.options)
        }
    }

    /// Has the resources looked at this often from now on.
    func setSyncPeriod(_ seconds: Int, clusters: Int) throws(Status) {
        for index in 0..<clusters {
            let key = Self.key(index)
            // A status may be written in between.
            for attempt in 1... {
                var resource = try cluster.get(DeepSeekCluster.resourceType, key)
                resource[path: "spec", "autoscaling", "syncPeriodSeconds"] = JSONValue(seconds)
                do {
                    try cluster.update(DeepSeekCluster.resourceType, resource, options: Self.options)
                    break
                } catch {
                    guard error.isConflict, attempt < 10 else { throw error }
                }
            }
        }
    }

    static func key(_ index: Int) -> NamespacedName {
        NamespacedName(namespace: "team-\(index % namespaces)", name: "model-\(index)")
    }

    /// How many resources are Ready at their size.
    func readyClusters() throws(Status) -> Int {
        try cluster.list(DeepSeekCluster.resourceType, namespace: nil).items.count { resource in
            resource[path: "status", "readyReplicas"] == resource[path: "spec", "replicas"]
                && resource[path: "status", "conditions"]?.arrayValue?.contains {
                    $0["type"] == "Ready" && $0["status"] == "True"
                } == true
        }
    }

    /// The requests so far that were no reads, by verb and resource.
    var writes: [String: Int] {
        var writes: [String: Int] = [:]
        for (key, count) in server.log.counts where !["get", "list", "watch"].contains(key.verb) {
            let resource = key.subresource.isEmpty ? key.resource : "\(key.resource)/\(key.subresource)"
            writes["\(key.verb) \(resource)", default: 0] += count
        }
        return writes
    }

    // MARK: Objects

    private static let namespaces = 100
    private static let options = WriteOptions(fieldManager: "benchmark")

    private static func resource(_ index: Int, syncPeriod: Int, prometheus: String) -> JSONValue {
        let key = key(index)
        let metric = "requests_per_second"
        return [
            "apiVersion": .string(DeepSeekCluster.resourceType.apiVersion), "kind": "DeepSeekCluster",
            "metadata": ["name": .string(key.name), "namespace": .string(key.namespace)],
            "spec": [
                "replicas": JSONValue(replicas),
                "model": [
                    "name": "deepseek-r1-distill-qwen-7b",
                    "source": ["huggingFace": ["repository": "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B"]],
                ],
                "engine": ["type": "vllm", "image": "vllm/vllm-openai:v0.33.0"],
                "autoscaling": [
                    "minReplicas": 1, "maxReplicas": 6, "syncPeriodSeconds": JSONValue(syncPeriod),
                    "source": [
                        "prometheus": [
                            "url": .string(prometheus),
                            "queries": [
                                [
                                    "metric": .string(metric), "query": .string(BenchmarkPrometheus.query(index)),
                                ]
                            ],
                        ]
                    ],
                    "metrics": [
                        [
                            "type": "External",
                            "external": [
                                "metric": ["name": .string(metric)],
                                "target": ["type": "AverageValue", "averageValue": "180"],
                            ],
                        ]
                    ],
                ],
            ],
        ]
    }

    private static let node: JSONValue = {
        let room: JSONValue = ["cpu": "1000000", "memory": "10000Ti", "pods": "100000", "nvidia.com/gpu": "100000"]
        return [
            "apiVersion": "v1", "kind": "Node", "metadata": ["name": "gpu-1"],
            "status": [
                "capacity": room, "allocatable": room,
                "addresses": [["type": "InternalIP", "address": "10.0.0.1"]],
                "conditions": [["type": "Ready", "status": "True", "reason": "KubeletReady"]],
            ],
        ]
    }()
}

extension ResourceType {
    fileprivate static let node = ResourceType(
        group: "", version: "v1", kind: "Node", plural: "nodes", isNamespaced: false)
    fileprivate static let namespace = ResourceType(
        group: "", version: "v1", kind: "Namespace", plural: "namespaces", isNamespaced: false)
}
