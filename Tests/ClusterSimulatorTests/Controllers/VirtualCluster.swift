import Base
import ClusterSimulator
import KubeCore
import PodModel

/// A simulated cluster with its controllers, in virtual time.
final class VirtualCluster: Sendable {
    static let deployments = Deployment.resourceType
    static let pods = Pod.resourceType
    static let services = Service.resourceType
    static let budgets = PodDisruptionBudget.resourceType
    static let replicaSets = ResourceType(group: "apps", version: "v1", kind: "ReplicaSet", plural: "replicasets")
    static let nodes = ResourceType(group: "", version: "v1", kind: "Node", plural: "nodes", isNamespaced: false)
    static let endpoints = ResourceType(group: "", version: "v1", kind: "Endpoints", plural: "endpoints")
    static let slices = ResourceType(
        group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice", plural: "endpointslices")
    static let configMaps = ResourceType(group: "", version: "v1", kind: "ConfigMap", plural: "configmaps")
    static let events = ResourceType(group: "", version: "v1", kind: "Event", plural: "events")
    private static let options = WriteOptions(fieldManager: "test")

    let store: SimulatedCluster
    let controllers: SimulatedControllers
    private let time: Lock<Timestamp>

    init(nodes: Int = 4, gpusPerNode: Int = 8, rules: BehaviorRules = BehaviorRules()) throws {
        let time = Lock(Timestamp(seconds: 1_800_000_000))
        self.time = time
        store = SimulatedCluster(.init(now: { time.withLock { $0 } }, seed: 7))
        controllers = SimulatedControllers(store: store, configuration: .init(rules: rules))
        for index in 0..<nodes { try addNode("n\(index)", gpus: gpusPerNode) }
    }

    var now: Timestamp { time.withLock { $0 } }

    func addNode(_ name: String, gpus: Int) throws {
        let resources: JSONValue = [
            "cpu": "640", "memory": "4Ti", "pods": "1000", "nvidia.com/gpu": .string(String(gpus)),
        ]
        let node: JSONValue = [
            "apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name)],
            "status": ["capacity": resources, "allocatable": resources],
        ]
        try store.create(Self.nodes, node, options: Self.options)
        try store.updateStatus(Self.nodes, try get(Self.nodes, name).merged(node), options: Self.options)
    }

    /// Lets virtual time pass, stopping at every moment at which something is due. `onStep` sees each of them.
    func run(seconds: Int64, onStep: (VirtualCluster) throws -> Void = { _ in }) async throws {
        let end = now + .seconds(seconds)
        while true {
            let next = try await controllers.step()
            try onStep(self)
            guard let next, next <= end else { break }
            time.withLock { $0 = max($0, next) }
        }
        time.withLock { $0 = end }
        try await controllers.step()
        try onStep(self)
    }

    // MARK: Objects

    func get(_ type: ResourceType, _ name: String) throws(Status) -> JSONValue {
        try store.get(type, NamespacedName(namespace: type.isNamespaced ? "default" : "", name: name))
    }

    func exists(_ type: ResourceType, _ name: String) -> Bool { (try? get(type, name)) != nil }

    func list(_ type: ResourceType) throws(Status) -> [JSONValue] { try store.list(type, namespace: nil).items }

    @discardableResult
    func create(_ type: ResourceType, _ object: JSONValue) throws(Status) -> JSONValue {
        var object = object
        object["apiVersion"] = .string(type.apiVersion)
        object["kind"] = .string(type.kind)
        object[path: "metadata", "namespace"] = "default"
        return try store.create(type, object, options: Self.options)
    }

    func change(_ type: ResourceType, _ name: String, _ patch: JSONValue) throws(Status) {
        try store.update(type, try get(type, name).applying(mergePatch: patch), options: Self.options)
    }

    func delete(_ type: ResourceType, _ name: String, _ policy: DeleteOptions.PropagationPolicy = .background)
        throws(Status)
    {
        try store.delete(
            type, NamespacedName(namespace: "default", name: name), options: DeleteOptions(propagationPolicy: policy))
    }

    func scale(_ name: String, to replicas: Int64) throws(Status) {
        try change(Self.deployments, name, ["spec": ["replicas": .int(replicas)]])
    }

    func createDeployment(
        _ name: String = "r1", replicas: Int64, gpus: Int = 1, annotations: [String: String] = [:],
        spec: JSONValue = [:], container: JSONValue = [:]
    ) throws {
        let engine: JSONValue = [
            "name": "engine", "image": "vllm/vllm-openai:v1", "ports": [["name": "http", "containerPort": 8000]],
            "resources": ["limits": ["nvidia.com/gpu": .string(String(gpus))]],
            "readinessProbe": ["periodSeconds": 1, "httpGet": ["path": "/health", "port": 8000]],
        ]
        let labels: JSONValue = ["app": .string(name)]
        let base: JSONValue = [
            "metadata": ["name": .string(name)],
            "spec": [
                "replicas": .int(replicas), "selector": ["matchLabels": labels],
                "template": [
                    "metadata": ["labels": labels, "annotations": JSONValue(annotations)],
                    "spec": ["containers": [engine.applying(mergePatch: container)]],
                ],
            ],
        ]
        try create(Self.deployments, base.applying(mergePatch: ["spec": spec]))
    }

    // MARK: Questions

    func status(_ name: String = "r1") throws -> JSONValue { try get(Self.deployments, name)["status"] ?? [:] }

    func condition(_ type: String, of name: String = "r1") throws -> JSONValue? {
        try status(name)["conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
    }

    func ready(_ name: String = "r1") throws -> Int64 { try status(name)["readyReplicas"]?.intValue ?? 0 }

    func podViews() throws -> [PodView] { try list(Self.pods).map(PodView.init) }

    func eventReasons() throws -> Set<String> { Set(try list(Self.events).compactMap { $0["reason"]?.stringValue }) }
}

extension JSONValue {
    fileprivate func merged(_ other: JSONValue) -> JSONValue { applying(mergePatch: other) }
}
