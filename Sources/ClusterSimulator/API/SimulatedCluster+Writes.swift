import KubeCore

extension SimulatedCluster {
    func postObject(_ request: APIRequest, _ target: RequestTarget) throws(Status) -> APIResponse {
        guard target.name == nil else { throw Status.methodNotAllowed() }
        let body = try request.json()
        let write = WriteRequest(target.definition, try request.writeOptions())
        let outcome = try withState { (state) throws(Status) in
            try state.create(write, body, namespace: target.namespace ?? "")
        }
        return answer(outcome, target)
    }

    func putObject(_ request: APIRequest, _ target: RequestTarget) throws(Status) -> APIResponse {
        guard target.name != nil else { throw Status.methodNotAllowed() }
        let body = try request.json()
        let write = WriteRequest(target.definition, try request.writeOptions(), subresource: target.subresource)
        let outcome = try withState { (state) throws(Status) in try state.replace(write, target.key, with: body) }
        return answer(outcome, target)
    }

    func patchObject(_ request: APIRequest, _ target: RequestTarget) throws(Status) -> APIResponse {
        guard target.name != nil else { throw Status.methodNotAllowed() }
        let patch = try ObjectPatch(request, target.definition)
        let write = WriteRequest(target.definition, try request.writeOptions(), subresource: target.subresource)
        let outcome = try withState { (state) throws(Status) in
            switch patch {
            case .apply(let configuration, let force):
                try state.apply(write, target.key, configuration, force: force)
            default: try state.patch(write, target.key, patch)
            }
        }
        return answer(outcome, target)
    }

    /// The object as the request's version shows it, with warnings.
    func answer(_ outcome: WriteOutcome, _ target: RequestTarget) -> APIResponse {
        let warnings = outcome.warnings.map { warning in
            (name: "Warning", value: "299 - \(JSONValue.string(warning).jsonText)")
        }
        return APIResponse(
            status: outcome.isNew ? 201 : 200, json: target.definition.fromStorage(outcome.object), headers: warnings)
    }

    // MARK: Deletion

    func deleteObjects(_ request: APIRequest, _ target: RequestTarget) throws(Status) -> APIResponse {
        let options = try DeleteOptions(request)
        guard target.name == nil else {
            let result = try withState { (state) throws(Status) in
                try state.delete(target.definition, target.key, options)
            }
            switch result {
            case .marked(let object): return APIResponse(json: target.definition.fromStorage(object))
            case .removed(let object): return APIResponse(json: target.definition.deletionAnswer(object))
            }
        }
        let filter = try ObjectFilter(request, target.definition)
        let items = try withState { (state) throws(Status) in
            let found = state.table(target.definition).ordered(namespace: target.namespace).filter(filter.matches)
            for object in found { _ = try state.delete(target.definition, object.name, options) }
            return found.map { target.definition.fromStorage($0.value) }
        }
        return APIResponse(
            json: [
                "kind": .string(target.definition.listKind), "apiVersion": .string(target.definition.type.apiVersion),
                "metadata": ["resourceVersion": .string(String(resourceVersion))], "items": .array(items),
            ])
    }
}

extension ResourceDefinition {
    fileprivate func deletionAnswer(_ object: StoredObject) -> JSONValue {
        [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
            "details": [
                "name": .string(object.name.name), "group": .string(type.group), "kind": .string(type.plural),
                "uid": .string(object.value.metadataText("uid")),
            ],
        ]
    }
}

extension DeleteOptions {
    /// Reads the body, and the query parameters that stand in for it. Errors: 400.
    fileprivate init(_ request: APIRequest) throws(Status) {
        let body = request.body.isEmpty ? [:] : try request.json()
        let policy = body["propagationPolicy"]?.stringValue ?? request.parameter("propagationPolicy")
        self.init(
            uid: body["preconditions"]?["uid"]?.stringValue,
            resourceVersion: body["preconditions"]?["resourceVersion"]?.stringValue,
            gracePeriodSeconds: body["gracePeriodSeconds"]?.intValue
                ?? request.parameter("gracePeriodSeconds").flatMap(Int64.init),
            propagationPolicy: policy.flatMap(PropagationPolicy.init),
            dryRun: request.parameter("dryRun") == "All" || body["dryRun"]?.arrayValue?.contains("All") == true)
        if policy == nil, body["orphanDependents"] == true { propagationPolicy = .orphan }
        if let policy, PropagationPolicy(rawValue: policy) == nil {
            throw Status.badRequest("propagationPolicy must be Background, Foreground or Orphan, not \(policy)")
        }
    }
}
