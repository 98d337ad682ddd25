import KubeCore

/// An object seen through its scale subresource: `autoscaling/v1` Scale.
struct ScaleView {
    var json: JSONValue

    /// Errors: 404 where the kind has no scale; 500 when its wish is not set, as of a real server.
    init(_ definition: ResourceDefinition, _ object: JSONValue) throws(Status) {
        guard let paths = definition.scale else { throw Status.unknownPath() }
        let status: JSONValue = ["replicas": object[path: paths.status] ?? 0]
        json = [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "spec": [:], "status": status,
            "metadata": [:],
        ]
        json[path: "spec", "replicas"] = object[path: paths.spec]
        json[path: "status", "selector"] = paths.selector.flatMap { Self.selector(object[path: $0]) }
        for field in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            json[path: "metadata", field] = object["metadata"]?[field]
        }
    }

    private static func selector(_ value: JSONValue?) -> JSONValue? {
        if let text = value?.stringValue { return .string(text) }
        guard let selector = try? value?.decoded(as: LabelSelector.self) else { return nil }
        return .string(selector.queryText)
    }
}

extension SimulatedCluster {
    /// PUT and PATCH of a scale.
    func writeScale(_ request: APIRequest, _ target: RequestTarget) throws(Status) -> APIResponse {
        let definition = target.definition
        let write = WriteRequest(definition, try request.writeOptions(), subresource: .scale)
        guard let paths = definition.scale else { throw Status.unknownPath() }
        let object: JSONValue
        switch request.method {
        case "PUT":
            let scale = try request.json()
            object = try withState { (state) throws(Status) in
                try state.setScale(write, target.key, scale, paths).object
            }
        case "PATCH":
            let patch = try ObjectPatch(request, definition)
            object = try withState { (state) throws(Status) in
                let live = try state.object(definition, target.key)
                if case .apply(let scale, let force) = patch {
                    var configuration: JSONValue = [
                        "apiVersion": .string(definition.type.apiVersion), "kind": .string(definition.type.kind),
                        "metadata": ["name": .string(target.key.name)],
                    ]
                    configuration[path: paths.spec] = scale[path: "spec", "replicas"]
                    return try state.apply(write, target.key, configuration, force: force).object
                }
                var scale = try ScaleView(definition, live.value).json
                scale = try patch.applied(to: scale, definition)
                return try state.setScale(write, target.key, scale, paths).object
            }
        default: throw Status.methodNotAllowed()
        }
        return APIResponse(json: try ScaleView(definition, object).json)
    }
}

extension ClusterState {
    /// Writes the wish of a Scale into the object that it is a view of. Errors: 404, 409, 422.
    fileprivate func setScale(
        _ write: WriteRequest, _ name: NamespacedName, _ scale: JSONValue, _ paths: ResourceDefinition.ScalePaths
    ) throws(Status) -> WriteOutcome {
        // An absent wish is Go's zero.
        let replicas = scale["spec"]?["replicas"] ?? 0
        guard let number = replicas.intValue, number >= 0 else {
            throw Status.invalid(
                ResourceType(group: "autoscaling", version: "v1", kind: "Scale", plural: "scales"), name.name,
                [.invalid("spec.replicas", replicas, "should be a non-negative integer")])
        }
        return try update(write, name) { live in
            var object = live.value
            object[path: paths.spec] = .int(number)
            let version = scale.metadataText("resourceVersion")
            if !version.isEmpty { object[path: "metadata", "resourceVersion"] = .string(version) }
            let uid = scale.metadataText("uid")
            if !uid.isEmpty { object[path: "metadata", "uid"] = .string(uid) }
            object[path: "metadata", "managedFields"] = nil
            return Change(object: object)
        }
    }
}
