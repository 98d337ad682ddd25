import KubeCore

extension ClusterState {
    /// An object of a request as it may be stored: in the storage version, pruned, with the values' types checked.
    /// Errors: 400.
    func decode(_ body: JSONValue, _ write: inout WriteRequest) throws(Status) -> JSONValue {
        let definition = write.definition
        try checkIdentity(body, definition)
        var pruner = SchemaPruner()
        var object = pruner.prune(body, definition.schema)
        try report(pruner.unknown, &write)
        do {
            if definition.isCustom {
                object["metadata"] = try GoDecoding.decode(
                    object["metadata"] ?? [:], BuiltInSchemas.objectMeta, path: "metadata")
            } else {
                object = try GoDecoding.decode(object, definition.schema)
            }
        } catch {
            throw Status.badRequest(Self.cannotBeHandled(definition, error.message))
        }
        if object["metadata"] == nil { object["metadata"] = [:] }
        return definition.toStorage(object)
    }

    func checkIdentity(_ body: JSONValue, _ definition: ResourceDefinition) throws(Status) {
        guard body.objectValue != nil else { throw Status.badRequest("the body must be a JSON object") }
        let apiVersion = body["apiVersion"]?.stringValue ?? ""
        let kind = body["kind"]?.stringValue ?? ""
        // A caller in the process may leave both out, as Go's typed clients do.
        if apiVersion.isEmpty, kind.isEmpty, !definition.isCustom { return }
        guard apiVersion == definition.type.apiVersion else {
            throw Status.badRequest(
                "the API version in the data (\(apiVersion)) does not match the expected API version "
                    + "(\(definition.type.apiVersion))")
        }
        guard kind == definition.type.kind else {
            throw Status.badRequest(
                "the kind in the data (\(kind)) does not match the expected kind (\(definition.type.kind))")
        }
    }

    private func report(_ unknown: [String], _ write: inout WriteRequest) throws(Status) {
        let messages = unknown.sorted().map { "unknown field \"\($0)\"" }
        switch write.options.fieldValidation {
        case .ignore: return
        case .warn: write.warnings += messages
        case .strict:
            guard !messages.isEmpty else { return }
            let text = "strict decoding error: " + messages.joined(separator: ", ")
            throw Status.badRequest(Self.cannotBeHandled(write.definition, text))
        }
    }

    static func cannotBeHandled(_ definition: ResourceDefinition, _ why: String) -> String {
        let type = definition.type
        return "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): \(why)"
    }
}
