import KubeCore

/// Which resources the server has: the built-in ones and those that definitions add.
struct Registry {
    /// Where a request's path leads.
    struct Key: Hashable {
        var group: String
        var version: String
        var plural: String
    }

    private var definitions: [Key: ResourceDefinition] = [:]
    /// In the order of discovery.
    private(set) var ordered: [ResourceDefinition] = []
    /// Grows with every change, so that what is derived from it can be kept.
    private(set) var revision = 0

    init(builtIn: [ResourceDefinition]) {
        for definition in builtIn { add(definition) }
    }

    mutating func add(_ definition: ResourceDefinition) {
        let key = Key(group: definition.type.group, version: definition.type.version, plural: definition.type.plural)
        definitions[key] = definition
        ordered.removeAll { $0.type.groupResource == key.groupResource && $0.type.version == key.version }
        ordered.append(definition)
        revision += 1
    }

    mutating func remove(group: String, plural: String) {
        definitions = definitions.filter { $0.key.group != group || $0.key.plural != plural }
        ordered.removeAll { $0.type.group == group && $0.type.plural == plural }
        revision += 1
    }

    func definition(group: String, version: String, plural: String) -> ResourceDefinition? {
        definitions[Key(group: group, version: version, plural: plural)]
    }

    /// Any version that stores under a key.
    func definition(storage key: ResourceDefinition.StorageKey) -> ResourceDefinition? {
        ordered.first { $0.storageKey == key && $0.type.group == key.group }
    }
}

extension Registry.Key {
    fileprivate var groupResource: String { group.isEmpty ? plural : "\(plural).\(group)" }
}

extension ClusterState {
    /// What serves a type. Errors: 404.
    func definition(_ type: ResourceType) throws(Status) -> ResourceDefinition {
        guard
            let found = registry.definition(group: type.group, version: type.version, plural: type.plural)
        else { throw Status.unknownPath() }
        return found
    }

    /// The stored object of a name. Errors: 404.
    func object(_ definition: ResourceDefinition, _ name: NamespacedName) throws(Status) -> StoredObject {
        guard let object = table(definition)[name] else { throw definition.notFound(name.name) }
        return object
    }
}

extension ResourceDefinition {
    /// An object as this version shows it.
    func fromStorage(_ object: JSONValue) -> JSONValue {
        guard storageVersion != type.apiVersion else { return object }
        if storageKey.plural == "events" { return EventConversion.toEventsGroup(object) }
        var object = object
        object["apiVersion"] = .string(type.apiVersion)
        return object
    }

    /// An object of this version as it is stored.
    func toStorage(_ object: JSONValue) -> JSONValue {
        guard storageVersion != type.apiVersion else { return object }
        if storageKey.plural == "events" { return EventConversion.toCore(object) }
        var object = object
        object["apiVersion"] = .string(storageVersion)
        return object
    }
}
