import KubeCore

extension ClusterState {
    /// Creates an object. Errors: 400, 403, 404 (namespace), 409, 422.
    func create(_ write: WriteRequest, _ body: JSONValue, namespace: String) throws(Status) -> WriteOutcome {
        var write = write
        let object = try decode(body, &write)
        return try create(write, decoded: object, namespace: namespace, applied: nil)
    }

    /// Creates an object that is decoded already. `applied` are the managed fields that an apply has settled.
    func create(
        _ write: WriteRequest, decoded body: JSONValue, namespace: String, applied: ManagedFields?
    ) throws(Status) -> WriteOutcome {
        let definition = write.definition
        var object = body
        try checkNamespace(definition, namespace, &object)
        try stampForCreation(definition, &object)
        definition.strategy.applyDefaults(&object)
        definition.strategy.prepareForCreate(&object)
        if definition.hasStatus, definition.isCustom { object["status"] = nil }
        applyCustomDefaults(definition, &object)
        try admit(definition, &object)
        let name = object.metadataText("name")
        try validate(definition, object, live: nil)
        if table(definition)[object.namespacedName] != nil {
            throw Status.alreadyExists(definition.type.group, definition.type.plural, name)
        }
        var managed = applied ?? ManagedFields()
        if applied == nil {
            managed.recordUpdate(
                from: definition.emptyObject, to: object,
                schema: definition.schema, owner: write.updater, time: now.description)
        }
        object[path: "metadata", "managedFields"] = managed.json
        guard !write.options.dryRun else { return WriteOutcome(object: object, isNew: true, warnings: write.warnings) }
        let stored = record(.added, object, previous: nil, definition)
        afterWrite(definition, stored.value)
        return WriteOutcome(object: stored.value, isNew: true, warnings: write.warnings)
    }

    private func checkNamespace(
        _ definition: ResourceDefinition, _ namespace: String, _ object: inout JSONValue
    ) throws(Status) {
        let written = object.metadataText("namespace")
        guard definition.type.isNamespaced else {
            object[path: "metadata", "namespace"] = nil
            return
        }
        guard !namespace.isEmpty else { throw Status.badRequest("the namespace of the provided object is empty") }
        guard written.isEmpty || written == namespace else {
            throw Status.badRequest(
                "the namespace of the provided object does not match the namespace sent on the request")
        }
        object[path: "metadata", "namespace"] = .string(namespace)
        let home = try self.object(namespaces, NamespacedName(namespace: "", name: namespace))
        if home.value.isBeingDeleted {
            var status = definition.forbidden(
                object.metadataText("name"),
                "unable to create new content in namespace \(namespace) because it is being terminated")
            status.details?.causes = [
                .init(
                    reason: "NamespaceTerminating", message: "namespace \(namespace) is being terminated",
                    field: "metadata.namespace")
            ]
            throw status
        }
    }

    private func stampForCreation(_ definition: ResourceDefinition, _ object: inout JSONValue) throws(Status) {
        var metadata = object["metadata"] ?? [:]
        if let version = metadata["resourceVersion"]?.stringValue, !version.isEmpty {
            throw Status(
                code: 500, reason: "InternalError",
                message: "resourceVersion should not be set on objects to be created")
        }
        if metadata["name"]?.stringValue ?? "" == "", let prefix = metadata["generateName"]?.stringValue,
            !prefix.isEmpty
        {
            metadata["name"] = .string(String(prefix.prefix(58)) + newNameSuffix())
        }
        metadata["uid"] = .string(newUID())
        metadata["creationTimestamp"] = .string(now.description)
        metadata["generation"] = definition.strategy.hasGeneration ? 1 : nil
        for field in [
            "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "managedFields", "resourceVersion",
        ] {
            metadata[field] = nil
        }
        object["metadata"] = metadata
        object["apiVersion"] = .string(definition.storageVersion)
        object["kind"] = .string(definition.type.kind)
    }

    /// The definition of namespaces.
    var namespaces: ResourceDefinition { BuiltInResources.namespaces }

    func bootstrapNamespace(_ name: String) {
        let object: JSONValue = [
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": [
                "name": .string(name), "uid": .string(newUID()), "creationTimestamp": .string(now.description),
                "labels": ["kubernetes.io/metadata.name": .string(name)],
            ],
            "spec": ["finalizers": ["kubernetes"]], "status": ["phase": "Active"],
        ]
        record(.added, object, previous: nil, namespaces)
    }
}

extension ResourceDefinition {
    /// What Go writes for an empty object of the kind: structs that are there before anyone sets a field.
    var emptyObject: JSONValue {
        guard !isCustom else { return [:] }
        switch type.kind {
        case "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet":
            return [
                "metadata": [:], "status": [:],
                "spec": ["strategy": [:], "template": ["metadata": [:], "spec": ["containers": []]]],
            ]
        case "Pod": return ["metadata": [:], "spec": ["containers": []], "status": [:]]
        default: return ["metadata": [:], "spec": [:], "status": [:]]
        }
    }
}
