public import KubeCore

extension SimulatedCluster: ObjectStore {
    public var now: Timestamp { configuration.now() }

    public func get(_ type: ResourceType, _ name: NamespacedName) throws(Status) -> JSONValue {
        try withState { (state) throws(Status) in
            let definition = try state.definition(type)
            return definition.fromStorage(try state.object(definition, name).value)
        }
    }

    public func list(_ type: ResourceType, namespace: String?) throws(Status) -> ObjectSnapshot {
        try withState { (state) throws(Status) in
            let definition = try state.definition(type)
            let items = state.table(definition).ordered(namespace: namespace)
            return ObjectSnapshot(
                items: items.map { definition.fromStorage($0.value) }, resourceVersion: state.resourceVersion)
        }
    }

    @discardableResult
    public func create(
        _ type: ResourceType, _ object: JSONValue, options: WriteOptions
    ) throws(Status) -> JSONValue {
        try withState { (state) throws(Status) in
            let write = WriteRequest(try state.definition(type), options)
            let outcome = try state.create(write, object, namespace: object.metadataText("namespace"))
            return write.definition.fromStorage(outcome.object)
        }
    }

    @discardableResult
    public func update(
        _ type: ResourceType, _ object: JSONValue, options: WriteOptions
    ) throws(Status) -> JSONValue {
        try replace(type, object, options, nil)
    }

    @discardableResult
    public func updateStatus(
        _ type: ResourceType, _ object: JSONValue, options: WriteOptions
    ) throws(Status) -> JSONValue {
        try replace(type, object, options, .status)
    }

    private func replace(
        _ type: ResourceType, _ object: JSONValue, _ options: WriteOptions,
        _ subresource: ResourceDefinition.Subresource?
    ) throws(Status) -> JSONValue {
        try withState { (state) throws(Status) in
            let write = WriteRequest(try state.definition(type), options, subresource: subresource)
            let outcome = try state.replace(write, object.namespacedName, with: object)
            return write.definition.fromStorage(outcome.object)
        }
    }

    public func delete(_ type: ResourceType, _ name: NamespacedName, options: DeleteOptions) throws(Status) {
        try withState { (state) throws(Status) in
            _ = try state.delete(try state.definition(type), name, options)
        }
    }

    public func watch(
        _ type: ResourceType, namespace: String?, after resourceVersion: Int64
    ) throws(Status) -> ObjectWatch {
        let definition = try withState { (state) throws(Status) in try state.definition(type) }
        let key = definition.storageKey
        let wakeUp = WakeUp()
        let waiter = try withState { (state) throws(Status) in
            guard state.table(key).history.entries(after: resourceVersion, limit: 0) != nil else {
                throw Status.tooOld(resourceVersion, state.table(key).history.compactedThrough)
            }
            return state.table(key).addWaiter(.init(namespace: namespace, wakeUp: wakeUp))
        }
        return ObjectWatch(after: resourceVersion, wakeUp: wakeUp) { [weak self] position in
            self?.withState { state in
                guard let entries = state.table(key).history.entries(after: position) else { return nil }
                let events = entries.filter { namespace == nil || $0.object.name.namespace == namespace }.map {
                    ObjectEvent(
                        kind: $0.kind, object: definition.fromStorage($0.object.value),
                        previous: $0.previous.map { definition.fromStorage($0.value) },
                        resourceVersion: $0.object.resourceVersion)
                }
                return (events, max(position, state.resourceVersion))
            }
        } close: { [weak self] in
            self?.withState { $0.table(key).removeWaiter(waiter) }
        }
    }
}

extension Status {
    /// A watch that begins before what history keeps.
    static func tooOld(_ resourceVersion: Int64, _ compacted: Int64) -> Status {
        .expired("too old resource version: \(resourceVersion) (\(compacted))")
    }
}
