import KubeCore

extension JSONValue {
    /// With the schema's defaults where a member is missing, or null without being allowed to.
    func withDefaults(_ schema: Schema) -> JSONValue {
        switch self {
        case .object(var members):
            for (name, child) in schema.properties {
                guard let value = child.defaultValue else { continue }
                let isMissing = members[name] == nil || (members[name] == .null && !child.isNullable)
                if isMissing { members[name] = value }
            }
            for (name, value) in members {
                let child = schema.member(name)
                // A null that may not be one is dropped, as if it had not been sent.
                if value.isNull, !child.isNullable, child.kind != .any, child.defaultValue == nil,
                    schema.properties[name]?.source != nil
                {
                    members[name] = nil
                    continue
                }
                members[name] = value.withDefaults(child)
            }
            return .object(members)
        case .array(let elements): return .array(elements.map { $0.withDefaults(schema.element) })
        default: return self
        }
    }
}
