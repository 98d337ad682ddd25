import KubeCore

extension ClusterState {
    /// Applies a merge, JSON or strategic merge patch to the object in the version of the request.
    func patch(_ write: WriteRequest, _ name: NamespacedName, _ patch: ObjectPatch) throws(Status) -> WriteOutcome {
        var write = write
        let definition = write.definition
        let live = try object(definition, name)
        let patched = try patch.applied(to: definition.fromStorage(live.value), definition)
        guard patched.metadataText("name") == name.name else {
            throw Status.badRequest("the name of the object may not change")
        }
        let decoded = try decode(patched, &write)
        return try update(write, name) { _ in Change(object: decoded) }
    }

    /// Server-side apply. Creates the object when there is none. Errors: 400, 409 with every conflict, 422.
    func apply(
        _ write: WriteRequest, _ name: NamespacedName, _ body: JSONValue, force: Bool
    ) throws(Status) -> WriteOutcome {
        let definition = write.definition
        var configuration = try checked(body, name, definition)
        let merge = ServerSideApply(
            schema: definition.schema, owner: write.applier, force: force, time: now.description)
        guard table(definition)[name] != nil else {
            return try createApplied(write, name, configuration, merge)
        }
        if write.subresource == .status {
            configuration = configuration.keeping(["apiVersion", "kind", "status"])
        } else if definition.hasStatus {
            configuration["status"] = nil
        }
        let final = configuration
        return try update(write, name) { (live) throws(Status) in
            let outcome = try merge.settled(
                final, with: live.value.withoutManagedFields, owned: live.managedFields)
            var object = outcome.object
            let version = body.metadataText("resourceVersion")
            object[path: "metadata", "resourceVersion"] = .string(
                version.isEmpty ? String(live.resourceVersion) : version)
            object[path: "metadata", "uid"] = body["metadata"]?["uid"]
            return Change(object: try decodeMerged(object, write), managedFields: outcome.managedFields)
        }
    }

    private func createApplied(
        _ write: WriteRequest, _ name: NamespacedName, _ configuration: JSONValue, _ merge: ServerSideApply
    ) throws(Status) -> WriteOutcome {
        let definition = write.definition
        guard write.subresource == nil else { throw definition.notFound(name.name) }
        let uid = configuration.metadataText("uid")
        guard uid.isEmpty else {
            throw definition.conflict(
                name.name,
                "uid mismatch: the provided object specified uid \(uid), and no existing object was found")
        }
        guard configuration.metadataText("resourceVersion").isEmpty else { throw definition.notFound(name.name) }
        guard !configuration.metadataText("name").isEmpty else {
            throw Status.badRequest(
                "the name of the object (\(name.name) based on URL) was undeterminable: name must be provided")
        }
        var configuration = configuration
        if definition.hasStatus { configuration["status"] = nil }
        let outcome = try merge.settled(configuration, with: [:], owned: ManagedFields())
        let object = try decodeMerged(outcome.object, write)
        return try create(write, decoded: object, namespace: name.namespace, applied: outcome.managedFields)
    }

    /// The configuration in the storage version. It is not decoded: an empty list or map in it is owned.
    private func checked(
        _ body: JSONValue, _ name: NamespacedName, _ definition: ResourceDefinition
    ) throws(Status) -> JSONValue {
        let written = body.metadataText("name")
        guard written.isEmpty || written == name.name else {
            throw Status.badRequest(
                "the name of the object (\(written)) does not match the name on the URL (\(name.name))")
        }
        guard body["apiVersion"]?.stringValue != nil, body["kind"]?.stringValue != nil else {
            throw Status.badRequest("apiVersion and kind must be set in an apply patch")
        }
        try checkIdentity(body, definition)
        let errors = TypedConfiguration.errors(of: body, definition.schema)
        guard errors.isEmpty else {
            let text = errors.count == 1 ? errors[0] : "errors:\n" + errors.map { "  \($0)" }.joined(separator: "\n")
            var status = Status(code: 500, reason: "", message: "failed to create typed patch object: \(text)")
            // Go's plain errors have no reason.
            status.reason = nil
            throw status
        }
        return definition.toStorage(body)
    }

    /// A merged object as it may be stored.
    private func decodeMerged(_ object: JSONValue, _ write: WriteRequest) throws(Status) -> JSONValue {
        var write = write
        return try decode(write.definition.fromStorage(object), &write)
    }
}

extension JSONValue {
    /// Only some members.
    fileprivate func keeping(_ names: Set<String>) -> JSONValue {
        .object((objectValue ?? [:]).filter { names.contains($0.key) })
    }
}

extension ServerSideApply {
    /// `apply` with its conflicts as the 409 that they mean.
    fileprivate func settled(
        _ configuration: JSONValue, with live: JSONValue, owned: ManagedFields
    ) throws(Status) -> Outcome {
        do throws(FieldConflicts) {
            return try apply(configuration, to: live, owned: owned)
        } catch {
            throw error.status
        }
    }
}
