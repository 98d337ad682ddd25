public import KubeCore

/// What a simulated node offers.
public struct SimulatedNode: Sendable, Hashable {
    public var name: String
    /// How many GPUs it has; 0 for none.
    public var gpus: Int
    /// The extended resource that the GPUs are counted as.
    public var gpuResourceName: String
    /// Labels besides `kubernetes.io/hostname`, `os` and `arch`, and in place of them where they are the same.
    public var labels: [String: String]
    public var cpu: Quantity
    public var memory: Quantity

    public init(
        name: String, gpus: Int, gpuResourceName: String = "nvidia.com/gpu", labels: [String: String] = [:],
        cpu: Quantity = Quantity(milli: 192_000), memory: Quantity = Quantity(milli: (2 << 40) * 1000)
    ) {
        self.name = name
        self.gpus = gpus
        self.gpuResourceName = gpuResourceName
        self.labels = labels
        self.cpu = cpu
        self.memory = memory
    }
}

extension SimulatedNode {
    /// The Node object as a kubelet creates it.
    var object: JSONValue {
        let own = ["kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"]
        let labels = own.merging(labels) { _, given in given }
        return [
            "apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(name), "labels": JSONValue(labels)],
        ]
    }

    /// The status of the node, ready from `now` on.
    func status(address: String, now: Timestamp) -> JSONValue {
        var capacity: JSONValue = [
            "cpu": .string(cpu.description), "memory": .string(memory.description), "pods": "110",
        ]
        if gpus > 0 { capacity[gpuResourceName] = .string(String(gpus)) }
        let time = JSONValue.string(now.description)
        return [
            "capacity": capacity, "allocatable": capacity,
            "conditions": [
                [
                    "type": "Ready", "status": "True", "reason": "KubeletReady",
                    "message": "kubelet is posting ready status", "lastHeartbeatTime": time, "lastTransitionTime": time,
                ]
            ],
            "addresses": [
                ["type": "InternalIP", "address": .string(address)], ["type": "Hostname", "address": .string(name)],
            ],
        ]
    }
}
