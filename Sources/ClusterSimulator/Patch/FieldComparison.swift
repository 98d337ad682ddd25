import KubeCore

/// Which fields differ between two states of an object.
struct FieldComparison: Hashable {
    private(set) var added = FieldSet()
    private(set) var removed = FieldSet()
    private(set) var modified = FieldSet()

    /// Compares an object before and after a write. Equal branches are not walked.
    init(from old: JSONValue, to new: JSONValue, _ schema: Schema) {
        compare(old, new, schema, [])
    }

    private mutating func compare(_ old: JSONValue?, _ new: JSONValue?, _ schema: Schema, _ path: [PathElement]) {
        guard old != new else { return }
        let isEmpty = (old?.isBare ?? true) && (new?.isBare ?? true)
        let isLeaf = (old.map(schema.isLeaf) ?? true) && (new.map(schema.isLeaf) ?? true)
        if isEmpty || isLeaf {
            insert(old, new, path)
            return
        }
        compareMembers(old, new, schema, path)
        compareElements(old, new, schema, path)
        if old == nil || new == nil { insert(old, new, path) }
    }

    private mutating func insert(_ old: JSONValue?, _ new: JSONValue?, _ path: [PathElement]) {
        if old == nil {
            added.insert(path[...])
        } else if new == nil {
            removed.insert(path[...])
        } else {
            modified.insert(path[...])
        }
    }

    private mutating func compareMembers(
        _ old: JSONValue?, _ new: JSONValue?, _ schema: Schema, _ path: [PathElement]
    ) {
        let before = old.flatMap { schema.isLeaf($0) ? nil : $0.objectValue } ?? [:]
        let after = new.flatMap { schema.isLeaf($0) ? nil : $0.objectValue } ?? [:]
        for name in Set(before.keys).union(after.keys) {
            compare(before[name], after[name], schema.member(name), path + [.field(name)])
        }
    }

    private mutating func compareElements(
        _ old: JSONValue?, _ new: JSONValue?, _ schema: Schema, _ path: [PathElement]
    ) {
        let before = Self.elements(old, schema)
        let after = Self.elements(new, schema)
        for element in Set(before.keys).union(after.keys) {
            compare(before[element], after[element], schema.element, path + [element])
        }
    }

    private static func elements(_ value: JSONValue?, _ schema: Schema) -> [PathElement: JSONValue] {
        guard let value, !schema.isLeaf(value), let list = value.arrayValue else { return [:] }
        let pairs = list.compactMap { item in PathElement(of: item, in: schema).map { ($0, item) } }
        return Dictionary(pairs) { first, _ in first }
    }
}
