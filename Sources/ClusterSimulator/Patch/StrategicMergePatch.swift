import KubeCore

/// Strategic merge patch: a merge patch whose lists merge by key where the schema says so.
///
/// Directives: `$patch: delete | replace | merge`, `$retainKeys`, `$deleteFromPrimitiveList/…`,
/// `$setElementOrder/…`. Built-in kinds only.
enum StrategicMergePatch {
    /// Errors: 400 for a patch of the wrong shape.
    static func apply(_ patch: JSONValue, to value: JSONValue, _ schema: Schema) throws(Status) -> JSONValue {
        guard case .object(var changes) = patch else {
            throw Status.badRequest("a strategic merge patch must be an object")
        }
        switch changes.removeValue(forKey: "$patch")?.stringValue {
        case "replace": return .object(changes)
        case "delete": return [:]
        default: break
        }
        var members = value.objectValue ?? [:]
        if let retained = changes.removeValue(forKey: "$retainKeys")?.arrayValue {
            members = members.filter { retained.contains(.string($0.key)) }
        }
        try applyLists(&changes, &members)
        for (name, change) in changes where !name.hasPrefix("$") {
            members[name] = try merged(change, members[name], schema.member(name))
        }
        for (name, order) in changes where name.hasPrefix("$setElementOrder/") {
            let list = String(name.dropFirst("$setElementOrder/".count))
            members[list] = members[list].map { sorted($0, by: order, schema.member(list)) }
        }
        return .object(members)
    }

    private static func merged(
        _ change: JSONValue, _ old: JSONValue?, _ schema: Schema
    ) throws(Status) -> JSONValue? {
        switch change {
        case .null: nil
        case .object: try apply(change, to: old ?? [:], schema)
        case .array(let elements): try mergedList(elements, old?.arrayValue ?? [], schema)
        default: change
        }
    }

    private static func mergedList(
        _ changes: [JSONValue], _ old: [JSONValue], _ schema: Schema
    ) throws(Status) -> JSONValue {
        switch schema.patchStrategy {
        case .replace: return .array(changes.filter { $0["$patch"] == nil })
        case .mergeValues: return .array(old + changes.filter { !old.contains($0) })
        case .merge(let key): return .array(try mergedElements(changes, old, key, schema.element))
        }
    }

    private static func mergedElements(
        _ changes: [JSONValue], _ old: [JSONValue], _ key: String, _ element: Schema
    ) throws(Status) -> [JSONValue] {
        // A lone {"$patch": "replace"} means that the list becomes the rest of the patch.
        if changes.contains(where: { $0["$patch"] == "replace" && $0[key] == nil }) {
            return changes.filter { $0["$patch"] == nil }
        }
        var result = old
        var patched: [JSONValue] = []
        for change in changes {
            guard let value = change[key] else {
                throw Status.badRequest("map: \(change.jsonText) does not contain declared merge key: \(key)")
            }
            let index = result.firstIndex { $0[key] == value }
            if change["$patch"] == "delete" {
                result.removeAll { $0[key] == value }
            } else if let index {
                result[index] = try apply(change, to: result[index], element)
                patched.append(value)
            } else {
                result.append(try apply(change, to: [:], element))
                patched.append(value)
            }
        }
        return ordered(result, patched: patched, old: old, key)
    }

    /// The patch's elements in the patch's order. One that the patch does not name stands before a patched one only
    /// when both were there and stood so; whatever is new comes as early as it can.
    private static func ordered(
        _ elements: [JSONValue], patched: [JSONValue], old: [JSONValue], _ key: String
    ) -> [JSONValue] {
        let place = Dictionary(old.enumerated().map { ($1[key] ?? .null, $0) }) { first, _ in first }
        let byKey = Dictionary(elements.map { ($0[key] ?? .null, $0) }) { first, _ in first }
        var named = patched.filter { byKey[$0] != nil }[...]
        var others = elements.compactMap { $0[key] }.filter { !patched.contains($0) }[...]
        var result: [JSONValue] = []
        while let next = named.first, let other = others.first {
            let isBefore = place[next].map { after in place[other].map { $0 < after } ?? false } ?? false
            let taken = isBefore ? others.removeFirst() : named.removeFirst()
            result.append(byKey[taken] ?? .null)
        }
        return result + (named + others).compactMap { byKey[$0] }
    }

    private static func applyLists(
        _ changes: inout [String: JSONValue], _ members: inout [String: JSONValue]
    ) throws(Status) {
        let prefix = "$deleteFromPrimitiveList/"
        for (name, values) in changes where name.hasPrefix(prefix) {
            let list = String(name.dropFirst(prefix.count))
            let gone = values.arrayValue ?? []
            members[list] = members[list]?.arrayValue.map { .array($0.filter { !gone.contains($0) }) }
            changes[name] = nil
        }
    }

    /// The elements in the order that the patch lists, those that it does not name staying behind their predecessor.
    private static func sorted(_ value: JSONValue, by order: JSONValue, _ schema: Schema) -> JSONValue {
        guard let elements = value.arrayValue, let wanted = order.arrayValue else { return value }
        func identity(_ element: JSONValue) -> JSONValue {
            if case .merge(let key) = schema.patchStrategy { element[key] ?? .null } else { element }
        }
        let ranks = Dictionary(wanted.enumerated().map { (identity($1), $0) }) { first, _ in first }
        var rank = -1
        let ranked = elements.enumerated().map { offset, element in
            rank = ranks[identity(element)] ?? rank
            return (rank, offset, element)
        }
        return .array(ranked.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2))
    }
}
