import KubeCore

/// Validates a custom resource against its structural schema, with the API server's wording.
///
/// CEL rules (`x-kubernetes-validations`) are not evaluated.
struct SchemaValidator {
    private var errors: [FieldError] = []

    static func errors(of object: JSONValue, live: JSONValue?, _ schema: Schema) -> [FieldError] {
        var validator = SchemaValidator()
        validator.check(object, schema, "")
        return validator.errors
    }

    private mutating func check(_ value: JSONValue, _ schema: Schema, _ path: String) {
        if value.isNull, schema.isNullable { return }
        guard hasType(value, schema) else {
            errors.append(.typeInvalid(path, value, expected: schema.source?["type"]?.stringValue ?? "integer,string"))
            return
        }
        if let source = schema.source { errors += SchemaConstraints.errors(of: value, source, path) }
        switch value {
        case .object(let members): check(members, schema, path)
        case .array(let elements): check(elements, schema, path)
        default: break
        }
    }

    private func hasType(_ value: JSONValue, _ schema: Schema) -> Bool {
        switch schema.kind {
        case .any, .quantity, .time, .microTime: true
        case .string: value.stringValue != nil
        case .integer: value.intValue != nil
        case .number: value.doubleValue != nil
        case .boolean: value.boolValue != nil
        case .intOrString: value.intValue != nil || value.stringValue != nil
        case .object: value.objectValue != nil
        case .array: value.arrayValue != nil
        }
    }

    private mutating func check(_ members: [String: JSONValue], _ schema: Schema, _ path: String) {
        for name in schema.required.sorted() where members[name] == nil {
            errors.append(.required(Self.join(path, name)))
        }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            // The metadata of the object itself has its own rules.
            if path.isEmpty, ["metadata", "apiVersion", "kind"].contains(name) { continue }
            guard let child = schema.properties[name] ?? schema.values else { continue }
            check(value, child, Self.join(path, name))
        }
    }

    private mutating func check(_ elements: [JSONValue], _ schema: Schema, _ path: String) {
        var seen: Set<PathElement> = []
        for (index, element) in elements.enumerated() {
            let elementPath = "\(path)[\(index)]"
            check(element, schema.element, elementPath)
            guard let key = PathElement(of: element, in: schema), !seen.insert(key).inserted else { continue }
            if case .key(let keys) = key {
                errors.append(.duplicate(elementPath, .object(keys)))
            } else {
                errors.append(.duplicate(elementPath, element))
            }
        }
    }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
