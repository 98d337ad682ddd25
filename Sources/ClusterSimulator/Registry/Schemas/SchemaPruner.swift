import KubeCore

/// Drops what a schema does not know, and remembers the paths.
struct SchemaPruner {
    /// The paths of dropped fields, such as `spec.bogus`.
    private(set) var unknown: [String] = []

    mutating func prune(_ value: JSONValue, _ schema: Schema, path: String = "") -> JSONValue {
        switch value {
        case .object(let members): .object(prune(members, schema, path))
        case .array(let elements):
            .array(
                elements.enumerated().map { index, element in
                    prune(element, schema.element, path: "\(path)[\(index)]")
                })
        default: value
        }
    }

    private mutating func prune(_ members: [String: JSONValue], _ schema: Schema, _ path: String) -> [String: JSONValue]
    {
        guard schema.kind != .any || !schema.properties.isEmpty else { return members }
        var rest: [String: JSONValue] = [:]
        for (name, value) in members {
            let fieldPath = path.isEmpty ? name : "\(path).\(name)"
            if let child = schema.properties[name] ?? schema.values {
                rest[name] = prune(value, child, path: fieldPath)
            } else if schema.isEmbeddedResource, let child = Self.embedded[name] {
                rest[name] = prune(value, child, path: fieldPath)
            } else if schema.preservesUnknownFields {
                rest[name] = value
            } else {
                unknown.append(fieldPath)
            }
        }
        return rest
    }

    private static let embedded = [
        "apiVersion": Schema(.string), "kind": Schema(.string), "metadata": BuiltInSchemas.objectMeta,
    ]
}
