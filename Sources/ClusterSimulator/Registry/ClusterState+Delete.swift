import KubeCore

extension ClusterState {
    enum Deletion {
        /// Gone: the answer is a Status.
        case removed(StoredObject)
        /// Marked: finalizers or a grace period keep it. The object as it is now.
        case marked(JSONValue)
    }

    /// Deletes an object, at once or by marking it. Errors: 404, 409.
    func delete(
        _ definition: ResourceDefinition, _ name: NamespacedName, _ options: DeleteOptions
    ) throws(Status) -> Deletion {
        let live = try object(definition, name)
        try checkPreconditions(definition, options, live)
        if definition.type.kind == "Namespace", Self.protectedNamespaces.contains(name.name) {
            throw definition.forbidden(name.name, "this namespace may not be deleted")
        }
        var object = live.value
        object[path: "metadata", "finalizers"] = finalizers(object, options.propagationPolicy)
        let grace = gracePeriod(definition, object, options)
        let keeps = grace > 0 || !object.finalizers.isEmpty || !isFinalized(definition, object)
        guard keeps else {
            if options.dryRun { return .removed(live) }
            return .removed(remove(definition, object, live))
        }
        mark(definition, &object, grace: grace)
        if options.dryRun || object == live.value { return .marked(object) }
        let stored = record(.modified, object, previous: live, definition)
        if definition.type.kind == "Namespace" { terminate(namespace: name.name) }
        return .marked(table(definition)[name]?.value ?? stored.value)
    }

    /// Takes an object away.
    func remove(_ definition: ResourceDefinition, _ object: JSONValue, _ live: StoredObject) -> StoredObject {
        let removed = record(.deleted, object, previous: live, definition)
        if definition.type.kind == "CustomResourceDefinition" { forgetDefinition(object) }
        if !live.name.namespace.isEmpty { finishNamespace(live.name.namespace) }
        return removed
    }

    private static let protectedNamespaces: Set = ["default", "kube-system", "kube-public"]

    private func checkPreconditions(
        _ definition: ResourceDefinition, _ options: DeleteOptions, _ live: StoredObject
    ) throws(Status) {
        let uid = live.value.metadataText("uid")
        if let wanted = options.uid, wanted != uid {
            throw definition.conflict(
                live.name.name,
                "Precondition failed: UID in precondition: \(wanted), UID in object meta: \(uid)")
        }
        if let wanted = options.resourceVersion, wanted != String(live.resourceVersion) {
            throw definition.conflict(
                live.name.name,
                "Precondition failed: ResourceVersion in precondition: \(wanted), ResourceVersion in object meta: "
                    + "\(live.resourceVersion)")
        }
    }

    /// The finalizers with the ones by which the garbage collector learns of the policy.
    private func finalizers(_ object: JSONValue, _ policy: DeleteOptions.PropagationPolicy?) -> JSONValue? {
        var finalizers = object.finalizers
        if let policy {
            finalizers.removeAll { $0 == "foregroundDeletion" || $0 == "orphan" }
            switch policy {
            case .background: break
            case .foreground: finalizers.append("foregroundDeletion")
            case .orphan: finalizers.append("orphan")
            }
        }
        return finalizers.isEmpty ? nil : JSONValue(finalizers)
    }

    /// Seconds until a pod may be taken away; 0 for everything else. A pod that never ran goes at once.
    private func gracePeriod(_ definition: ResourceDefinition, _ object: JSONValue, _ options: DeleteOptions) -> Int64 {
        guard definition.type.kind == "Pod" else { return 0 }
        let isBound = object["spec"]?["nodeName"]?.stringValue ?? "" != ""
        let phase = object["status"]?["phase"]?.stringValue
        guard isBound, phase != "Succeeded", phase != "Failed" else { return 0 }
        let own = object["spec"]?["terminationGracePeriodSeconds"]?.intValue ?? 30
        let wanted = max(0, options.gracePeriodSeconds ?? own)
        guard object.isBeingDeleted, let running = object["metadata"]?["deletionGracePeriodSeconds"]?.intValue else {
            return wanted
        }
        return min(wanted, options.gracePeriodSeconds == nil ? running : wanted, running)
    }

    private func mark(_ definition: ResourceDefinition, _ object: inout JSONValue, grace: Int64) {
        var metadata = object["metadata"] ?? [:]
        let isFirst = !object.isBeingDeleted
        if isFirst || metadata["deletionGracePeriodSeconds"]?.intValue != grace {
            metadata["deletionTimestamp"] = .string((now + .seconds(grace)).description)
            metadata["deletionGracePeriodSeconds"] = .int(grace)
        }
        if isFirst, let generation = metadata["generation"]?.intValue {
            metadata["generation"] = .int(generation &+ 1)
        }
        object["metadata"] = metadata
        if definition.type.kind == "Namespace" { object[path: "status", "phase"] = "Terminating" }
    }
}

// MARK: - Namespaces

extension ClusterState {
    /// Whether `spec.finalizers`, which namespaces have besides those of metadata, is empty.
    func isFinalized(_ definition: ResourceDefinition, _ object: JSONValue) -> Bool {
        definition.type.kind != "Namespace" || object["spec"]?["finalizers"]?.arrayValue?.isEmpty ?? true
    }

    /// Deletes everything in a namespace that is being deleted.
    private func terminate(namespace: String) {
        isTerminatingNamespace = true
        for (key, table) in allTables {
            guard let definition = registry.definition(storage: key), definition.type.isNamespaced else { continue }
            for object in table.ordered(namespace: namespace) {
                // Only a precondition or a missing object can fail, and neither is possible here.
                _ = try? delete(definition, object.name, DeleteOptions(propagationPolicy: .background))
            }
        }
        isTerminatingNamespace = false
        finishNamespace(namespace)
    }

    /// Removes a namespace that is being deleted once nothing is left in it.
    func finishNamespace(_ namespace: String) {
        let name = NamespacedName(namespace: "", name: namespace)
        guard !isTerminatingNamespace, let home = table(namespaces)[name], home.value.isBeingDeleted else { return }
        guard !allTables.values.contains(where: { $0.hasObjects(in: namespace) }) else { return }
        var object = home.value
        object[path: "spec", "finalizers"] = nil
        if object.finalizers.isEmpty {
            record(.deleted, object, previous: home, namespaces)
        } else {
            record(.modified, object, previous: home, namespaces)
        }
    }
}
