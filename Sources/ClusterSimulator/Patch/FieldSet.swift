import KubeCore

/// A set of paths into an object: what one manager owns, or what a write changed.
///
/// The set algebra of sigs.k8s.io/structured-merge-diff: `members` are the paths that end here, `children` the sets
/// below. A path can be both (a list element and fields of it).
struct FieldSet: Hashable, Sendable {
    var members: Set<PathElement> = []
    var children: [PathElement: FieldSet] = [:]

    var isEmpty: Bool { members.isEmpty && children.values.allSatisfy(\.isEmpty) }

    mutating func insert(_ path: ArraySlice<PathElement>) {
        guard let first = path.first else { return }
        if path.count == 1 {
            members.insert(first)
        } else {
            children[first, default: FieldSet()].insert(path.dropFirst())
        }
    }

    func contains(_ path: ArraySlice<PathElement>) -> Bool {
        guard let first = path.first else { return false }
        return path.count == 1 ? members.contains(first) : children[first]?.contains(path.dropFirst()) ?? false
    }

    func union(_ other: FieldSet) -> FieldSet {
        FieldSet(members: members.union(other.members), children: children.merging(other.children) { $0.union($1) })
    }

    func intersection(_ other: FieldSet) -> FieldSet {
        var result = FieldSet(members: members.intersection(other.members))
        for (element, child) in children {
            guard let common = other.children[element].map(child.intersection), !common.isEmpty else { continue }
            result.children[element] = common
        }
        return result
    }

    func subtracting(_ other: FieldSet) -> FieldSet {
        var result = FieldSet(members: members.subtracting(other.members))
        for (element, child) in children {
            let rest = other.children[element].map(child.subtracting) ?? child
            if !rest.isEmpty { result.children[element] = rest }
        }
        return result
    }

    /// With every struct, map and list on the way to a member as a member too, so that containers that one manager
    /// reaches into count as its own when it is decided what remains.
    var withNamedFieldsAsMembers: FieldSet {
        var result = FieldSet(members: members)
        for (element, child) in children {
            if case .field = element { result.members.insert(element) }
            result.children[element] = child.withNamedFieldsAsMembers
        }
        return result
    }

    /// All paths: at each level those that end there, then those that go on.
    var paths: [[PathElement]] {
        let own = members.sorted { $0.pathText < $1.pathText }.map { [$0] }
        let below = children.sorted { $0.key.pathText < $1.key.pathText }
        return own + below.flatMap { element, child in child.paths.map { [element] + $0 } }
    }

    static func text(_ path: [PathElement]) -> String { path.map(\.pathText).joined() }
}

// MARK: - FieldsV1

extension FieldSet {
    /// Reads `fieldsV1`. Elements that are none are skipped, as a damaged entry must not block every later write.
    init(fieldsV1 json: JSONValue) {
        for (key, value) in json.objectValue ?? [:] {
            guard let element = PathElement(fieldsV1: key) else { continue }
            guard let below = value.objectValue, !below.isEmpty else {
                members.insert(element)
                continue
            }
            if below["."] != nil { members.insert(element) }
            let child = FieldSet(fieldsV1: value)
            if !child.isEmpty { children[element] = child }
        }
    }

    var fieldsV1: JSONValue {
        var object: [String: JSONValue] = [:]
        for (element, child) in children where !child.isEmpty { object[element.fieldsV1] = child.fieldsV1 }
        for element in members {
            let key = element.fieldsV1
            if object[key] == nil { object[key] = [:] } else { object[key]?["."] = [:] }
        }
        return .object(object)
    }
}
