import KubeCore

/// What is wrong with one field, worded as the API server words it.
struct FieldError: Error, Sendable, Equatable {
    enum Kind: String, Sendable {
        case required = "FieldValueRequired"
        case invalid = "FieldValueInvalid"
        case unsupported = "FieldValueNotSupported"
        case forbidden = "FieldValueForbidden"
        case duplicate = "FieldValueDuplicate"
        case tooLong = "FieldValueTooLong"
        case tooMany = "FieldValueTooMany"
        case typeInvalid = "FieldValueTypeInvalid"
    }

    var kind: Kind
    /// Such as `spec.containers[0].name`.
    var field: String
    /// Without the field.
    var message: String

    static func required(_ field: String, _ detail: String = "") -> FieldError {
        FieldError(kind: .required, field: field, message: "Required value" + (detail.isEmpty ? "" : ": " + detail))
    }

    static func invalid(_ field: String, _ value: JSONValue, _ detail: String) -> FieldError {
        FieldError(kind: .invalid, field: field, message: "Invalid value: \(value.goText): \(detail)")
    }

    static func typeInvalid(_ field: String, _ value: JSONValue, expected: String) -> FieldError {
        let detail = "\(field) in body must be of type \(expected): \"\(value.jsonTypeName)\""
        return FieldError(
            kind: .typeInvalid, field: field, message: "Invalid value: \"\(value.jsonTypeName)\": \(detail)")
    }

    static func unsupported(_ field: String, _ value: JSONValue, _ supported: [JSONValue]) -> FieldError {
        let list = supported.map(\.goText).joined(separator: ", ")
        return FieldError(
            kind: .unsupported, field: field, message: "Unsupported value: \(value.goText): supported values: \(list)")
    }

    static func forbidden(_ field: String, _ detail: String) -> FieldError {
        FieldError(kind: .forbidden, field: field, message: "Forbidden: " + detail)
    }

    static func duplicate(_ field: String, _ value: JSONValue) -> FieldError {
        FieldError(kind: .duplicate, field: field, message: "Duplicate value: \(value.goText)")
    }

    static func tooLong(_ field: String, most: Int64) -> FieldError {
        FieldError(kind: .tooLong, field: field, message: "Too long: may not be more than \(most) bytes")
    }

    static func tooMany(_ field: String, _ count: Int, most: Int64) -> FieldError {
        FieldError(kind: .tooMany, field: field, message: "Too many: \(count): must have at most \(most) items")
    }

    var description: String { "\(field): \(message)" }
}

extension Status {
    /// The 422 for what a request asks besides its object.
    static func invalidOptions(_ kind: String, _ errors: [FieldError]) -> Status {
        .invalid(ResourceType(group: "meta.k8s.io", version: "v1", kind: kind, plural: ""), "", errors)
    }

    /// The 422 that lists every error of an object.
    static func invalid(_ type: ResourceType, _ name: String, _ errors: [FieldError]) -> Status {
        let kind = type.group.isEmpty ? type.kind : "\(type.kind).\(type.group)"
        let list = errors.map(\.description)
        let text = list.count == 1 ? list[0] : "[" + list.joined(separator: ", ") + "]"
        return Status(
            code: 422, reason: "Invalid", message: "\(kind) \"\(name)\" is invalid: \(text)",
            details: .init(
                name: name, group: type.group.isEmpty ? nil : type.group, kind: type.kind,
                causes: errors.map { .init(reason: $0.kind.rawValue, message: $0.message, field: $0.field) }))
    }
}

extension JSONValue {
    /// The value as the API server prints it in messages.
    var goText: String {
        switch self {
        case .string: jsonText
        case .null: "\"null\""
        default: jsonText
        }
    }

    var jsonTypeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .int: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
