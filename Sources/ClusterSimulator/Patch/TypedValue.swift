import KubeCore

// The walks of server-side apply over a value and its schema, after sigs.k8s.io/structured-merge-diff. A value without
// a schema is taken as it looks: objects merge by key, lists are atomic.

extension Schema {
    /// Whether a value of this type has one owner as a whole.
    func isLeaf(_ value: JSONValue) -> Bool {
        switch value {
        case .object: isAtomic || (kind != .object && kind != .any)
        case .array: kind != .array || listType == .atomic
        default: true
        }
    }
}

extension JSONValue {
    /// The paths that this value, as an applied configuration, takes ownership of.
    func fieldSet(_ schema: Schema) -> FieldSet {
        var set = FieldSet()
        guard !schema.isLeaf(self) else { return set }
        switch self {
        case .object(let members):
            for (name, value) in members {
                let child = schema.member(name)
                let element = PathElement.field(name)
                let below = value.fieldSet(child)
                if !below.isEmpty { set.children[element] = below }
                let isDeclared = schema.properties[name] != nil
                if child.isLeaf(value) || value == [:] || !isDeclared { set.members.insert(element) }
            }
        case .array(let elements):
            for value in elements {
                guard let element = PathElement(of: value, in: schema) else { continue }
                set.members.insert(element)
                let below = value.fieldSet(schema.element)
                if !below.isEmpty { set.children[element] = set.children[element]?.union(below) ?? below }
            }
        default: break
        }
        return set
    }

    /// This value with `configuration` merged over it: its leaves replace, its maps and keyed lists merge.
    func merged(with configuration: JSONValue, _ schema: Schema) -> JSONValue {
        guard !schema.isLeaf(configuration), !schema.isLeaf(self) else { return configuration }
        switch (self, configuration) {
        case (.object(var members), .object(let changes)):
            for (name, value) in changes {
                members[name] = members[name]?.merged(with: value, schema.member(name)) ?? value
            }
            return .object(members)
        case (.array(let old), .array(let new)):
            return .array(Self.mergedList(old, new, schema))
        default: return configuration
        }
    }

    /// The elements of `new` in their order and each old one that `new` does not name before what followed it.
    private static func mergedList(_ old: [JSONValue], _ new: [JSONValue], _ schema: Schema) -> [JSONValue] {
        let oldKeys = old.map { PathElement(of: $0, in: schema) }
        let newKeys = new.map { PathElement(of: $0, in: schema) }
        let named = Set(newKeys.compactMap(\.self))
        var oldByKey: [PathElement: Int] = [:]
        for (index, key) in oldKeys.enumerated() {
            if let key { oldByKey[key] = oldByKey[key] ?? index }
        }
        var result: [JSONValue] = []
        var merged: Set<PathElement> = []
        var next = 0
        // Moves past old elements that are merged already, and takes those that are only old.
        func takeOld() {
            while next < old.count {
                if let key = oldKeys[next], named.contains(key) {
                    guard merged.contains(key) else { return }
                } else {
                    result.append(old[next])
                }
                next += 1
            }
        }
        for (value, key) in zip(new, newKeys) {
            takeOld()
            guard let key, let index = oldByKey[key] else {
                result.append(value)
                continue
            }
            merged.insert(key)
            result.append(old[index].merged(with: value, schema.element))
        }
        takeOld()
        return result
    }

    /// Without the values at the paths of `set`.
    func removing(_ set: FieldSet, _ schema: Schema) -> JSONValue {
        guard !set.isEmpty, !schema.isLeaf(self) else { return self }
        switch self {
        case .object(let members):
            var rest: [String: JSONValue] = [:]
            for (name, value) in members where !set.members.contains(.field(name)) {
                rest[name] = set.children[.field(name)].map { value.removing($0, schema.member(name)) } ?? value
            }
            return .object(rest)
        case .array(let elements):
            return .array(
                elements.compactMap { value in
                    guard let element = PathElement(of: value, in: schema) else { return value }
                    guard !set.members.contains(element) else { return nil }
                    return set.children[element].map { value.removing($0, schema.element) } ?? value
                })
        default: return self
        }
    }

    /// Null, or an object or list with nothing in it.
    var isBare: Bool {
        switch self {
        case .null: true
        case .object(let members): members.isEmpty
        case .array(let elements): elements.isEmpty
        default: false
        }
    }
}
