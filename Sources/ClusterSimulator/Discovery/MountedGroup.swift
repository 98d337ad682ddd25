import Base
public import KubeCore

/// An API group that something in the process answers for, as an aggregated API server would.
public struct MountedGroup: Sendable {
    public var name: String
    public var version: String
    /// Answers every request below `/apis/<name>/<version>`, its resource list included.
    public var respond: @Sendable (APIRequest) -> APIResponse

    public init(name: String, version: String, respond: @escaping @Sendable (APIRequest) -> APIResponse) {
        self.name = name
        self.version = version
        self.respond = respond
    }
}

extension SimulatedCluster {
    /// Mounts a group, such as `external.metrics.k8s.io`, and registers an available APIService for it. Errors: 409
    /// when it is mounted already.
    public func mount(_ group: MountedGroup) throws(Status) {
        let service: JSONValue = [
            "apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService",
            "metadata": ["name": .string("\(group.version).\(group.name)")],
            "spec": [
                "group": .string(group.name), "version": .string(group.version), "groupPriorityMinimum": 100,
                "versionPriority": 100, "service": ["name": "in-process", "namespace": "default"],
            ],
            "status": [
                "conditions": [
                    [
                        "type": "Available", "status": "True", "reason": "Passed", "message": "all checks passed",
                        "lastTransitionTime": .string(now.description),
                    ]
                ]
            ],
        ]
        let type = ResourceType(
            group: "apiregistration.k8s.io", version: "v1", kind: "APIService", plural: "apiservices",
            isNamespaced: false)
        try create(type, service, options: WriteOptions(fieldManager: "kube-aggregator"))
        mountedGroups.withLock { $0.append(group) }
    }

    /// The answer of a mounted group; nil when the path is in none.
    func mountedAnswer(_ path: [String], _ request: APIRequest) -> APIResponse? {
        guard path.count >= 3, path[0] == "apis" else { return nil }
        let group = mountedGroups.withLock { groups in
            groups.first { $0.name == path[1] && $0.version == path[2] }
        }
        return group.map { $0.respond(request) }
    }
}
