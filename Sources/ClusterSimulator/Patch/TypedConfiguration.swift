import KubeCore

/// Whether an applied configuration fits its schema: server-side apply refuses what an update would drop.
///
/// The rules and words of sigs.k8s.io/structured-merge-diff's typed values. Null fits every type.
struct TypedConfiguration {
    private var errors: [String] = []

    /// Why a configuration is refused, one line for each field at fault. Empty when it fits.
    static func errors(of configuration: JSONValue, _ schema: Schema) -> [String] {
        var check = TypedConfiguration()
        check.check(configuration, schema, [])
        return check.errors
    }

    private mutating func check(_ value: JSONValue, _ schema: Schema, _ path: [PathElement]) {
        guard !value.isNull else { return }
        switch schema.kind {
        case .any: if !schema.properties.isEmpty, let members = value.objectValue { check(members, schema, path) }
        case .object:
            guard let members = value.objectValue else { return refuse(value, path, "map") }
            check(members, schema, path)
        case .array:
            guard let elements = value.arrayValue else { return refuse(value, path, "list") }
            check(elements, schema, path)
        case .integer, .number: if value.doubleValue == nil { refuse(value, path, "numeric (int or float)") }
        case .boolean: if value.boolValue == nil { refuse(value, path, "boolean") }
        case .string, .time, .microTime: if value.stringValue == nil { refuse(value, path, "string") }
        case .quantity, .intOrString:
            if value.stringValue == nil, value.doubleValue == nil { refuse(value, path, "string or number") }
        }
    }

    private mutating func check(_ members: [String: JSONValue], _ schema: Schema, _ path: [PathElement]) {
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            let here = path + [.field(name)]
            if let child = schema.properties[name] ?? schema.values {
                check(value, child, here)
            } else if !schema.preservesUnknownFields, !schema.isEmbeddedResource {
                errors.append("\(FieldSet.text(here)): field not declared in schema")
            }
        }
    }

    private mutating func check(_ elements: [JSONValue], _ schema: Schema, _ path: [PathElement]) {
        var seen: Set<PathElement> = []
        for (index, value) in elements.enumerated() {
            let element = PathElement(of: value, in: schema) ?? .index(index)
            if schema.listType != .atomic, !seen.insert(element).inserted {
                errors.append("\(FieldSet.text(path)): duplicate entries for key \(element.pathText)")
            }
            check(value, schema.element, path + [element])
        }
    }

    private mutating func refuse(_ value: JSONValue, _ path: [PathElement], _ expected: String) {
        errors.append("\(FieldSet.text(path)): expected \(expected), got \(value.jsonTypeName)")
    }
}
