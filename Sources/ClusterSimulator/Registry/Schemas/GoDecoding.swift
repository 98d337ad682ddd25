import KubeCore

/// What decoding into Go's types does to a built-in object: types are checked, nulls and empty lists and maps vanish,
/// quantities become canonical text.
struct GoDecoding {
    /// Errors: a text like Go's, for the first value of a wrong type.
    struct Mismatch: Error {
        var message: String
    }

    static func decode(_ value: JSONValue, _ schema: Schema, path: String = "") throws(Mismatch) -> JSONValue {
        switch schema.kind {
        case .any: return value
        case .object: return try object(value, schema, path)
        case .array: return try array(value, schema, path)
        case .quantity: return try quantity(value, path)
        case .integer:
            guard value.intValue != nil else { throw mismatch(value, path, "int64") }
        case .number:
            guard value.doubleValue != nil else { throw mismatch(value, path, "float64") }
        case .boolean:
            guard value.boolValue != nil else { throw mismatch(value, path, "bool") }
        case .string:
            guard value.stringValue != nil else { throw mismatch(value, path, "string") }
        case .intOrString:
            guard value.stringValue != nil || value.intValue != nil else { throw mismatch(value, path, "int32") }
        case .time, .microTime:
            guard let text = value.stringValue, text.isEmpty || Timestamp(text) != nil else {
                throw Mismatch(message: "parsing time \(value.jsonText) at \(path): it must be RFC 3339")
            }
        }
        return value
    }

    private static func object(_ value: JSONValue, _ schema: Schema, _ path: String) throws(Mismatch) -> JSONValue {
        guard case .object(let members) = value else { throw mismatch(value, path, "object") }
        var decoded: [String: JSONValue] = [:]
        for (name, member) in members where !member.isNull {
            let child = schema.member(name)
            let new = try decode(member, child, path: path.isEmpty ? name : "\(path).\(name)")
            let isMap = child.kind == .object && child.values != nil
            let vanishes = (child.kind == .array || isMap) && new.isBare
            if !vanishes { decoded[name] = new }
        }
        return .object(decoded)
    }

    private static func array(_ value: JSONValue, _ schema: Schema, _ path: String) throws(Mismatch) -> JSONValue {
        guard case .array(let elements) = value else { throw mismatch(value, path, "array") }
        var decoded: [JSONValue] = []
        for (index, element) in elements.enumerated() {
            decoded.append(try decode(element, schema.element, path: "\(path)[\(index)]"))
        }
        return .array(decoded)
    }

    private static func quantity(_ value: JSONValue, _ path: String) throws(Mismatch) -> JSONValue {
        let text = value.stringValue ?? (value.doubleValue == nil ? nil : value.jsonText)
        guard let text, let quantity = Quantity(text) else {
            throw Mismatch(
                message: "\(path): quantities must match the regular expression "
                    + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
        }
        return .string(quantity.canonical)
    }

    private static func mismatch(_ value: JSONValue, _ path: String, _ type: String) -> Mismatch {
        Mismatch(message: "json: cannot unmarshal \(value.jsonTypeName) into Go struct field \(path) of type \(type)")
    }
}
