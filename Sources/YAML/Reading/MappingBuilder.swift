import KubeCore

/// An object in the making. Between a key and its value, `key` is set.
struct MappingBuilder {
    enum Key {
        case name(String)
        /// `<<`: the value is a mapping, or a list of them, whose members this one takes over.
        case merge
    }

    private var members: [String: JSONValue] = [:]
    private var merged: [[String: JSONValue]] = []
    var key: Key?

    init() {}

    /// The members, and those of the merged mappings that no member and no earlier merged mapping has.
    var resolved: [String: JSONValue] {
        merged.reduce(members) { $0.merging($1) { own, _ in own } }
    }

    mutating func add(_ value: JSONValue, at position: Position) throws(YAMLError) {
        switch key {
        case nil: key = .name(try name(value, at: position))
        case .name(let name):
            members[name] = value
            key = nil
        case .merge:
            try merge(value, at: position)
            key = nil
        }
    }

    private func name(_ key: JSONValue, at position: Position) throws(YAMLError) -> String {
        let name: String
        switch key {
        case .string(let value): name = value
        case .bool(let value): name = value ? "true" : "false"
        case .int(let value): name = String(value)
        case .double(let value): name = String(Float(value))  // 32 bits, as in Kubernetes.
        case .null, .array, .object: throw YAMLError("a key must be a string, a number or a boolean", at: position)
        }
        if members[name] != nil { throw YAMLError("the key \"\(name)\" is already there", at: position) }
        return name
    }

    private mutating func merge(_ value: JSONValue, at position: Position) throws(YAMLError) {
        for source in value.arrayValue ?? [value] {
            guard let members = source.objectValue else {
                throw YAMLError("<< needs a mapping or a list of mappings", at: position)
            }
            merged.append(members)
        }
    }
}
