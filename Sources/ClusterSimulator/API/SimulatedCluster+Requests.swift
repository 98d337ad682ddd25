import KubeCore

extension SimulatedCluster {
    /// Answers one request. Never throws: a failure is an answer with a Status.
    public func respond(to request: APIRequest) -> APIResponse {
        do throws(Status) {
            return try route(request)
        } catch {
            return APIResponse(failure: error)
        }
    }

    private func route(_ request: APIRequest) throws(Status) -> APIResponse {
        let path = request.path.split(separator: "/").map(String.init)
        if let mounted = mountedAnswer(path, request) { return mounted }
        let registry = withState { $0.registry }
        guard let target = try RequestTarget(path: path, registry) else {
            return try discoveryAnswer(path, request, registry)
        }
        guard request.acceptsJSON else { throw Status.notAcceptable("application/json") }
        if target.definition.isVirtual { return try review(request, target) }
        switch (request.method, target.subresource) {
        case ("GET", _), ("HEAD", _): return try read(request, target)
        case (_, .scale): return try writeScale(request, target)
        case ("POST", .binding), ("POST", .eviction): return try writePodSubresource(request, target)
        case ("POST", .token): return try issueToken(request, target)
        case ("POST", nil): return try postObject(request, target)
        case ("PUT", nil), ("PUT", .status): return try putObject(request, target)
        case ("PATCH", nil), ("PATCH", .status): return try patchObject(request, target)
        case ("DELETE", nil): return try deleteObjects(request, target)
        default: throw Status.methodNotAllowed()
        }
    }

    private func read(_ request: APIRequest, _ target: RequestTarget) throws(Status) -> APIResponse {
        guard target.name != nil else {
            return request.flag("watch") ? try watchObjects(request, target) : try listObjects(request, target)
        }
        let object = try withState { (state) throws(Status) in try state.object(target.definition, target.key) }
        switch target.subresource {
        case .scale:
            return APIResponse(json: try ScaleView(target.definition, object.value).json)
        case .log:
            throw Status(code: 404, reason: "NotFound", message: "simulated pods write no logs")
        case .binding, .eviction, .token: throw Status.methodNotAllowed()
        case .status, nil: break
        }
        if let table = TableRequest(request) {
            let rows = [target.definition.fromStorage(object.value)]
            let page = ListPage(resourceVersion: object.resourceVersion)
            return APIResponse(json: table.table(of: rows, target.definition, page, now: now, withColumns: true))
        }
        if request.wantsMetadata { return APIResponse(json: object.value.partialMetadata) }
        return APIResponse(bytes: target.definition.bytes(of: object))
    }

    private func review(_ request: APIRequest, _ target: RequestTarget) throws(Status) -> APIResponse {
        guard request.method == "POST", target.name == nil else { throw Status.methodNotAllowed() }
        return APIResponse(status: 201, json: AccessReview.answer(try request.json(), target.definition, request.user))
    }
}

extension APIRequest {
    /// The body as JSON. Errors: 400, and 415 for encodings that the simulator does not read.
    func json() throws(Status) -> JSONValue {
        if isProtobuf { return try ProtobufBody.json(body) }
        if ["protobuf", "cbor"].contains(where: mediaType.contains) {
            throw Status.unsupportedMediaType("application/json, \(ProtobufBody.mediaType)")
        }
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw Status.badRequest("error decoding the body: \(error)")
        }
    }

    /// The type of the body, without parameters.
    private var mediaType: Substring { headers["content-type"]?.prefix { $0 != ";" } ?? "" }

    private var isProtobuf: Bool { mediaType == ProtobufBody.mediaType }

    /// Whether the client takes JSON for an answer, which is all that there is.
    var acceptsJSON: Bool {
        guard let accepted = headers["accept"], !accepted.isEmpty else { return true }
        return accepted.split(separator: ",").contains { range in
            let range = range.prefix { $0 != ";" }.filter { $0 != " " }
            return ["application/json", "application/*", "*/*"].contains(range)
        }
    }

    /// What a write carries besides its body.
    func writeOptions() throws(Status) -> WriteOptions {
        // What is not known in protobuf has no name to complain of: the real server does not validate it either.
        let validation = isProtobuf ? FieldValidation.ignore.rawValue : parameter("fieldValidation") ?? ""
        guard let fieldValidation = validation.isEmpty ? .warn : FieldValidation(rawValue: validation) else {
            throw Status.badRequest("fieldValidation must be Ignore, Warn or Strict, not \(validation)")
        }
        let dryRun = parameter("dryRun") ?? ""
        guard dryRun.isEmpty || dryRun == "All" else {
            let kinds = ["POST": "CreateOptions", "PUT": "UpdateOptions", "DELETE": "DeleteOptions"]
            throw .invalidOptions(
                kinds[method] ?? "PatchOptions", [.unsupported("dryRun", .string(dryRun), ["All"])])
        }
        return WriteOptions(fieldManager: fieldManager, dryRun: dryRun == "All", fieldValidation: fieldValidation)
    }

    /// The `fieldManager` parameter, or the first word of the user agent.
    private var fieldManager: String {
        if let manager = parameter("fieldManager"), !manager.isEmpty { return manager }
        let agent = headers["user-agent"]?.split(separator: "/").first.map(String.init) ?? ""
        return agent.isEmpty ? "unknown" : agent
    }
}

extension ResourceDefinition {
    /// The JSON of a stored object in this version.
    func bytes(of object: StoredObject) -> [UInt8] {
        storageVersion == type.apiVersion ? object.bytes : fromStorage(object.value).serialized()
    }
}
