public import KubeCore

/// A type that says what its JSON looks like. Schema properties and coding keys agree, which a test proves.
public protocol SchemaProviding {
    static var schema: Schema { get }
}

/// A structural OpenAPI v3 schema as a CustomResourceDefinition wants it.
///
/// Everything has a bound: the API server estimates the cost of a CEL rule from them, and refuses what may be dear.
public struct Schema: Sendable {
    /// A CEL rule; `message` says what would be right.
    public struct Rule: Sendable {
        public var expression: String
        public var message: String
        /// The field to name in the error, relative to the object that has the rule, such as `.maxReplicas`.
        public var field: String?

        public init(_ expression: String, message: String, field: String? = nil) {
            self.expression = expression
            self.message = message
            self.field = field
        }
    }

    /// How server-side apply merges a list.
    public enum ListType: Sendable {
        case atomic
        case map(key: String)
    }

    /// The JSON of the schema.
    public private(set) var json: JSONValue

    private init(_ type: String, _ description: String) {
        json = ["type": .string(type), "description": .string(description)]
    }

    /// A property that the API server describes itself.
    static func bare(_ type: String) -> Schema {
        var schema = Schema(type, "")
        schema.json["description"] = nil
        return schema
    }

    private static func describe(_ description: String, _ standard: String?) -> String {
        standard.map { "\(description) Default: \($0)." } ?? description
    }

    // MARK: Scalars

    public static func string(
        _ description: String, length: ClosedRange<Int> = 0...253, pattern: String? = nil,
        default standard: String? = nil
    ) -> Schema {
        var schema = Schema("string", describe(description, standard))
        if length.lowerBound > 0 { schema.json["minLength"] = JSONValue(length.lowerBound) }
        schema.json["maxLength"] = JSONValue(length.upperBound)
        schema.json["pattern"] = pattern.map(JSONValue.string)
        return schema
    }

    /// One of the words of an enumeration.
    public static func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ type: Choice.Type, _ description: String, default standard: Choice? = nil
    ) -> Schema {
        var schema = Schema("string", describe(description, standard?.rawValue))
        schema.json["enum"] = JSONValue(type.allCases.map(\.rawValue))
        return schema
    }

    public static func integer(
        _ description: String, _ range: ClosedRange<Int>, default standard: String? = nil
    ) -> Schema {
        var schema = Schema("integer", describe(description, standard))
        schema.json["format"] = range.upperBound <= Int32.max ? "int32" : "int64"
        schema.json["minimum"] = JSONValue(range.lowerBound)
        schema.json["maximum"] = JSONValue(range.upperBound)
        return schema
    }

    public static func boolean(_ description: String, default standard: Bool? = nil) -> Schema {
        Schema("boolean", describe(description, standard.map { "\($0)" }))
    }

    /// An RFC 3339 time.
    public static func time(_ description: String) -> Schema {
        var schema = Schema("string", description)
        schema.json["format"] = "date-time"
        schema.json["maxLength"] = 64
        return schema
    }

    /// resource.Quantity: a number or a string such as `180`, `500m`, `32Gi`.
    public static func quantity(_ description: String, default standard: String? = nil) -> Schema {
        var schema = Schema("string", describe(description, standard))
        schema.json["type"] = nil
        schema.json["x-kubernetes-int-or-string"] = true
        schema.json["anyOf"] = [["type": "integer"], ["type": "string"]]
        schema.json["pattern"] =
            #"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$"#
        schema.json["maxLength"] = 32
        return schema
    }

    // MARK: Collections

    public static func object(
        _ description: String, _ properties: [String: Schema], required: [String] = [], rules: [Rule] = []
    ) -> Schema {
        var schema = Schema("object", description)
        schema.json["properties"] = .object(properties.mapValues(\.json))
        if !required.isEmpty { schema.json["required"] = JSONValue(required.sorted()) }
        return schema.validated(by: rules)
    }

    public static func map(_ description: String, of value: Schema, maximum: Int = 64) -> Schema {
        var schema = Schema("object", description)
        schema.json["additionalProperties"] = value.json
        schema.json["maxProperties"] = JSONValue(maximum)
        return schema
    }

    public static func array(
        _ description: String, of element: Schema, count: ClosedRange<Int> = 0...32, list: ListType = .atomic
    ) -> Schema {
        var schema = Schema("array", description)
        schema.json["items"] = element.json
        if count.lowerBound > 0 { schema.json["minItems"] = JSONValue(count.lowerBound) }
        schema.json["maxItems"] = JSONValue(count.upperBound)
        switch list {
        case .atomic: schema.json["x-kubernetes-list-type"] = "atomic"
        case .map(let key):
            schema.json["x-kubernetes-list-type"] = "map"
            schema.json["x-kubernetes-list-map-keys"] = [.string(key)]
        }
        return schema
    }

    /// A part of a PodSpec that the API server checks when pods are made. The named properties are checked here.
    public static func opaque(
        _ description: String, _ properties: [String: Schema] = [:], required: [String] = []
    ) -> Schema {
        var schema = Schema("object", description)
        if !properties.isEmpty { schema.json["properties"] = .object(properties.mapValues(\.json)) }
        if !required.isEmpty { schema.json["required"] = JSONValue(required.sorted()) }
        schema.json["x-kubernetes-preserve-unknown-fields"] = true
        return schema
    }

    // MARK: Changes

    /// The schema of a type with what it means in this place.
    public func described(_ description: String, default standard: String? = nil) -> Schema {
        var schema = self
        schema.json["description"] = .string(Self.describe(description, standard))
        return schema
    }

    public func validated(by rules: [Rule]) -> Schema {
        guard !rules.isEmpty else { return self }
        var schema = self
        let written = rules.map { rule in
            var json: JSONValue = ["rule": .string(rule.expression), "message": .string(rule.message)]
            json["fieldPath"] = rule.field.map(JSONValue.string)
            return json
        }
        schema.json["x-kubernetes-validations"] = .array(
            (schema.json["x-kubernetes-validations"]?.arrayValue ?? []) + written)
        return schema
    }
}
