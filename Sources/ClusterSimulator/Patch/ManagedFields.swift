import KubeCore

/// Who a field belongs to: the key of one entry of `metadata.managedFields`.
struct FieldOwner: Hashable, Sendable {
    enum Operation: String, Sendable {
        case apply = "Apply"
        case update = "Update"
    }

    var manager: String
    var operation: Operation
    /// The version through which the manager wrote.
    var apiVersion: String
    /// The subresource through which it wrote, empty for the main resource.
    var subresource = ""
}

/// `metadata.managedFields` of one object, read for change.
struct ManagedFields: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        var fields: FieldSet
        var time: String
    }

    private(set) var entries: [FieldOwner: Entry] = [:]

    init() {}

    /// Reads the entries of an object's metadata.
    init(of object: JSONValue) {
        for entry in object[path: "metadata", "managedFields"]?.arrayValue ?? [] {
            guard let operation = entry["operation"]?.stringValue.flatMap(FieldOwner.Operation.init) else { continue }
            let owner = FieldOwner(
                manager: entry["manager"]?.stringValue ?? "", operation: operation,
                apiVersion: entry["apiVersion"]?.stringValue ?? "",
                subresource: entry["subresource"]?.stringValue ?? "")
            entries[owner] = Entry(
                fields: FieldSet(fieldsV1: entry["fieldsV1"] ?? [:]), time: entry["time"]?.stringValue ?? "")
        }
    }

    /// The entries as metadata carries them: Apply before Update, then by time and manager. Nil when there are none.
    var json: JSONValue? {
        let sorted = entries.sorted { left, right in
            (left.key.operation.rawValue, left.value.time, left.key.manager, left.key.subresource)
                < (right.key.operation.rawValue, right.value.time, right.key.manager, right.key.subresource)
        }
        guard !sorted.isEmpty else { return nil }
        return .array(
            sorted.map { owner, entry in
                var json: JSONValue = [
                    "manager": .string(owner.manager), "operation": .string(owner.operation.rawValue),
                    "apiVersion": .string(owner.apiVersion), "time": .string(entry.time),
                    "fieldsType": "FieldsV1", "fieldsV1": entry.fields.fieldsV1,
                ]
                if !owner.subresource.isEmpty { json["subresource"] = .string(owner.subresource) }
                return json
            })
    }

    subscript(owner: FieldOwner) -> FieldSet? { entries[owner]?.fields }

    /// Sets what an owner has; its time moves only when that changed.
    mutating func set(_ fields: FieldSet, for owner: FieldOwner, at time: String) {
        if fields.isEmpty {
            entries[owner] = nil
        } else if entries[owner]?.fields != fields {
            entries[owner] = Entry(fields: fields, time: time)
        }
    }

    /// Takes fields from every owner but one.
    mutating func take(_ fields: FieldSet, sparing spared: FieldOwner) {
        guard !fields.isEmpty else { return }
        for (owner, entry) in entries where owner != spared {
            let rest = entry.fields.subtracting(fields)
            guard rest != entry.fields else { continue }
            entries[owner] = rest.isEmpty ? nil : Entry(fields: rest, time: entry.time)
        }
    }

    /// What the owners have together.
    var union: FieldSet { entries.values.reduce(FieldSet()) { $0.union($1.fields) } }

    /// Fields that no one owns: the server's own.
    static let unowned: FieldSet = {
        var set = FieldSet(members: [.field("apiVersion"), .field("kind"), .field("metadata")])
        let server = [
            "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields",
            "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds",
        ]
        set.children[.field("metadata")] = FieldSet(members: Set(server.map(PathElement.field)))
        return set
    }()

    /// Records an update, or any patch that is not an apply: what it changed is the writer's now, and only its.
    mutating func recordUpdate(
        from old: JSONValue, to new: JSONValue, schema: Schema, owner: FieldOwner, time: String
    ) {
        let change = FieldComparison(from: old, to: new, schema)
        take(change.added.union(change.modified).union(change.removed), sparing: owner)
        let before = self[owner] ?? FieldSet()
        let fields = before.subtracting(change.removed).union(change.modified).union(change.added)
        set(fields.subtracting(Self.unowned), for: owner, at: time)
    }
}
