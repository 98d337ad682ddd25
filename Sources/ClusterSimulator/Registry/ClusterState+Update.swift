import KubeCore

extension ClusterState {
    /// A new state of an object before it is checked.
    struct Change {
        var object: JSONValue
        /// The managed fields that an apply has settled; nil records an update.
        var managedFields: ManagedFields?
    }

    /// Replaces an object, or its status. Errors: 400, 404, 409, 422.
    func replace(_ write: WriteRequest, _ name: NamespacedName, with body: JSONValue) throws(Status) -> WriteOutcome {
        var write = write
        write.isReplacement = true
        let object = try decode(body, &write)
        let written = object.metadataText("name")
        guard written.isEmpty || written == name.name else {
            throw Status.badRequest(
                "the name of the object (\(written)) does not match the name on the URL (\(name.name))")
        }
        return try update(write, name) { _ in Change(object: object) }
    }

    /// Changes an object, or its status. Errors: 404, 409, 422.
    func update(
        _ write: WriteRequest, _ name: NamespacedName, _ change: (StoredObject) throws(Status) -> Change
    ) throws(Status) -> WriteOutcome {
        let definition = write.definition
        let live = try object(definition, name)
        let changed = try change(live)
        try checkPreconditions(write, changed.object, live)
        let object = try prepared(write, changed, live)
        guard object != live.value else { return WriteOutcome(object: live.value, warnings: write.warnings) }
        guard !write.options.dryRun else { return WriteOutcome(object: object, warnings: write.warnings) }
        return WriteOutcome(object: commit(definition, object, live), warnings: write.warnings)
    }

    /// Stores a checked state; an object whose last finalizer went is gone.
    func commit(_ definition: ResourceDefinition, _ object: JSONValue, _ live: StoredObject) -> JSONValue {
        let grace = object["metadata"]?["deletionGracePeriodSeconds"]?.intValue ?? 0
        if object.isBeingDeleted, object.finalizers.isEmpty, grace == 0, isFinalized(definition, object) {
            return remove(definition, object, live).value
        }
        let stored = record(.modified, object, previous: live, definition)
        afterWrite(definition, stored.value)
        return stored.value
    }

    private func checkPreconditions(
        _ write: WriteRequest, _ object: JSONValue, _ live: StoredObject
    ) throws(Status) {
        let definition = write.definition
        let uid = object.metadataText("uid")
        let liveUID = live.value.metadataText("uid")
        guard uid.isEmpty || uid == liveUID else {
            guard write.isReplacement else {
                throw definition.invalid(
                    live.name.name, [.invalid("metadata.uid", .string(uid), "field is immutable")])
            }
            throw definition.conflict(
                live.name.name,
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(liveUID)")
        }
        let version = object.metadataText("resourceVersion")
        if version.isEmpty || version == "0" {
            guard definition.strategy.allowsUnconditionalUpdate else {
                throw definition.invalid(
                    live.name.name,
                    [.invalid("metadata.resourceVersion", 0, "must be specified for an update")])
            }
        } else if version != String(live.resourceVersion) {
            throw definition.staleWrite(live.name.name)
        }
    }

    private func prepared(
        _ write: WriteRequest, _ changed: Change, _ live: StoredObject
    ) throws(Status) -> JSONValue {
        let definition = write.definition
        var object = changed.object
        if write.subresource == .status {
            object = live.value
            object["status"] = changed.object["status"]
        } else if definition.hasStatus {
            object["status"] = live.value["status"]
        }
        keepServerFields(&object, live.value)
        definition.strategy.applyDefaults(&object)
        applyCustomDefaults(definition, &object)
        if write.subresource == nil { definition.strategy.prepareForUpdate(&object, live: live.value) }
        let managed = changed.managedFields ?? updated(live, changed.object, object, write)
        object[path: "metadata", "managedFields"] = managed.json
        countGeneration(definition, &object, live.value)
        try validate(definition, object, live: live.value)
        return object
    }

    private func updated(
        _ live: StoredObject, _ written: JSONValue, _ object: JSONValue, _ write: WriteRequest
    ) -> ManagedFields {
        // A client may rewrite the entries themselves (kubectl does, to move from client-side apply).
        let sent = ManagedFields(of: written)
        var managed = sent.entries.isEmpty ? live.managedFields : sent
        managed.recordUpdate(
            from: live.value, to: object, schema: write.definition.schema, owner: write.updater, time: now.description)
        return managed
    }

    private func keepServerFields(_ object: inout JSONValue, _ live: JSONValue) {
        var metadata = object["metadata"] ?? [:]
        let fields = [
            "name", "namespace", "uid", "creationTimestamp", "generation", "generateName", "deletionTimestamp",
            "deletionGracePeriodSeconds", "resourceVersion",
        ]
        for field in fields { metadata[field] = live["metadata"]?[field] }
        metadata["managedFields"] = nil
        metadata["selfLink"] = nil
        object["metadata"] = metadata
        object["apiVersion"] = live["apiVersion"]
        object["kind"] = live["kind"]
    }

    private func countGeneration(_ definition: ResourceDefinition, _ object: inout JSONValue, _ live: JSONValue) {
        guard definition.strategy.hasGeneration, definition.strategy.changesGeneration(object, live: live) else {
            return
        }
        let generation = live["metadata"]?["generation"]?.intValue ?? 0
        object[path: "metadata", "generation"] = .int(generation &+ 1)
    }
}
