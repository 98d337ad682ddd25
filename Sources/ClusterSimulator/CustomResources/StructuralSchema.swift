import KubeCore

/// Reads `openAPIV3Schema` of a CustomResourceDefinition.
enum StructuralSchema {
    /// The schema of a whole custom resource: the author's, with the metadata of every object.
    static func root(_ json: JSONValue) -> Schema {
        let own = schema(json)
        var properties = own.properties
        properties["apiVersion"] = Schema(.string)
        properties["kind"] = Schema(.string)
        properties["metadata"] = BuiltInSchemas.objectMeta
        return Schema(
            .object, properties: properties, values: own.values, required: own.required,
            preservesUnknownFields: own.preservesUnknownFields, source: json)
    }

    static func schema(_ json: JSONValue) -> Schema {
        Schema(
            kind(json), properties: (json["properties"]?.objectValue ?? [:]).mapValues(schema),
            values: json["additionalProperties"].flatMap(values), items: json["items"].map(schema),
            required: (json["required"]?.arrayValue ?? []).compactMap(\.stringValue), listType: listType(json),
            isAtomic: json["x-kubernetes-map-type"] == "atomic",
            preservesUnknownFields: json["x-kubernetes-preserve-unknown-fields"] == true,
            isEmbeddedResource: json["x-kubernetes-embedded-resource"] == true, isNullable: json["nullable"] == true,
            defaultValue: json["default"], source: json)
    }

    private static func values(_ json: JSONValue) -> Schema? {
        switch json {
        case .bool(let allowsAny): allowsAny ? .any : nil
        default: schema(json)
        }
    }

    private static func kind(_ json: JSONValue) -> Schema.Kind {
        if json["x-kubernetes-int-or-string"] == true { return .intOrString }
        return switch json["type"]?.stringValue {
        case "object": .object
        case "array": .array
        case "string": .string
        case "integer": .integer
        case "number": .number
        case "boolean": .boolean
        default: .any
        }
    }

    private static func listType(_ json: JSONValue) -> Schema.ListType {
        switch json["x-kubernetes-list-type"]?.stringValue {
        case "set": .set
        case "map": .map(keys: (json["x-kubernetes-list-map-keys"]?.arrayValue ?? []).compactMap(\.stringValue))
        default: .atomic
        }
    }
}
