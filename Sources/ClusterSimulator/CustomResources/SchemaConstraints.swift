import FoundationEssentials
import KubeCore

/// The constraints of one schema node on one value: ranges, lengths, patterns, enums, formats and combinations.
enum SchemaConstraints {
    static func errors(of value: JSONValue, _ schema: JSONValue, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        if let allowed = schema["enum"]?.arrayValue, !allowed.contains(value) {
            errors.append(.unsupported(path, value, allowed))
        }
        switch value {
        case .string(let text): errors += textErrors(text, schema, path)
        case .int, .double: errors += numberErrors(value, schema, path)
        case .array(let elements): errors += listErrors(elements, schema, path)
        case .object(let members): errors += objectErrors(members, schema, path)
        default: break
        }
        return errors + combinationErrors(value, schema, path)
    }

    private static func textErrors(_ text: String, _ schema: JSONValue, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        let length = Int64(text.unicodeScalars.count)
        if let most = schema["maxLength"]?.intValue, length > most { errors.append(.tooLong(path, most: most)) }
        if let least = schema["minLength"]?.intValue, length < least {
            errors.append(.invalid(path, .string(text), "\(path) in body should be at least \(least) chars long"))
        }
        if let pattern = schema["pattern"]?.stringValue, !SchemaPattern.matches(text, pattern: pattern) {
            errors.append(.invalid(path, .string(text), "\(path) in body should match '\(pattern)'"))
        }
        if let format = schema["format"]?.stringValue, !isWellFormed(text, format) {
            errors.append(
                .invalid(path, .string(text), "\(path) in body must be of type \(format): \"\(text)\""))
        }
        return errors
    }

    private static func isWellFormed(_ text: String, _ format: String) -> Bool {
        switch format {
        case "date-time": Timestamp(text) != nil
        case "byte": Data(base64Encoded: text) != nil
        case "uuid": UUID(uuidString: text) != nil
        case "date": text.count == 10 && Timestamp(text + "T00:00:00Z") != nil
        default: true
        }
    }

    private static func numberErrors(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> [FieldError] {
        guard let number = value.doubleValue else { return [] }
        var errors: [FieldError] = []
        if let most = schema["maximum"], let limit = most.doubleValue {
            let isStrict = schema["exclusiveMaximum"] == true
            if number > limit || (isStrict && number == limit) {
                let text = "should be less than \(isStrict ? "" : "or equal to ")\(most.jsonText)"
                errors.append(.invalid(path, value, "\(path) in body \(text)"))
            }
        }
        if let least = schema["minimum"], let limit = least.doubleValue {
            let isStrict = schema["exclusiveMinimum"] == true
            if number < limit || (isStrict && number == limit) {
                let text = "should be greater than \(isStrict ? "" : "or equal to ")\(least.jsonText)"
                errors.append(.invalid(path, value, "\(path) in body \(text)"))
            }
        }
        if let factor = schema["multipleOf"], let divisor = factor.doubleValue, divisor != 0,
            number.truncatingRemainder(dividingBy: divisor) != 0
        {
            errors.append(.invalid(path, value, "\(path) in body should be a multiple of \(factor.jsonText)"))
        }
        if schema["format"] == "int32", let integer = value.intValue, Int32(exactly: integer) == nil {
            errors.append(.invalid(path, value, "\(path) in body must be of type int32: \"int64\""))
        }
        return errors
    }

    private static func listErrors(_ elements: [JSONValue], _ schema: JSONValue, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        if let most = schema["maxItems"]?.intValue, Int64(elements.count) > most {
            errors.append(.tooMany(path, elements.count, most: most))
        }
        if let least = schema["minItems"]?.intValue, Int64(elements.count) < least {
            errors.append(
                .invalid(path, JSONValue(elements.count), "\(path) in body should have at least \(least) items"))
        }
        return errors
    }

    private static func objectErrors(_ members: [String: JSONValue], _ schema: JSONValue, _ path: String)
        -> [FieldError]
    {
        var errors: [FieldError] = []
        if let most = schema["maxProperties"]?.intValue, Int64(members.count) > most {
            errors.append(.tooMany(path, members.count, most: most))
        }
        if let least = schema["minProperties"]?.intValue, Int64(members.count) < least {
            errors.append(
                .invalid(path, JSONValue(members.count), "\(path) in body should have at least \(least) properties"))
        }
        return errors
    }

    // MARK: Combinations

    private static func combinationErrors(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> [FieldError] {
        var errors = (schema["allOf"]?.arrayValue ?? []).flatMap { valueErrors(value, $0, path) }
        func fitting(_ name: String) -> Int? {
            schema[name]?.arrayValue.map { $0.filter { valueErrors(value, $0, path).isEmpty }.count }
        }
        if fitting("anyOf") == 0 {
            errors.append(.invalid(path, value, "\"\(path)\" must validate at least one schema (anyOf)"))
        }
        if let count = fitting("oneOf"), count != 1 {
            let found = count == 0 ? "Found none valid" : "Found \(count) valid alternatives"
            errors.append(.invalid(path, value, "\"\(path)\" must validate one and only one schema (oneOf). \(found)"))
        }
        if let excluded = schema["not"], valueErrors(value, excluded, path).isEmpty {
            errors.append(.invalid(path, value, "\"\(path)\" must not validate the schema (not)"))
        }
        return errors
    }

    /// A value against a schema inside a combination, which may also name members and required ones.
    private static func valueErrors(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> [FieldError] {
        var errors = Self.errors(of: value, schema, path)
        if let type = schema["type"]?.stringValue, !hasType(value, type) {
            errors.append(.typeInvalid(path, value, expected: type))
        }
        guard case .object(let members) = value else { return errors }
        for name in (schema["required"]?.arrayValue ?? []).compactMap(\.stringValue) where members[name] == nil {
            errors.append(.required(path.isEmpty ? name : "\(path).\(name)"))
        }
        for (name, child) in schema["properties"]?.objectValue ?? [:] {
            guard let member = members[name] else { continue }
            errors += valueErrors(member, child, path.isEmpty ? name : "\(path).\(name)")
        }
        return errors
    }

    private static func hasType(_ value: JSONValue, _ type: String) -> Bool {
        switch type {
        case "integer": value.intValue != nil
        case "number": value.doubleValue != nil
        default: value.jsonTypeName == type
        }
    }
}
