import DeepSeekAPI
import KubeCore
import Testing
import YAML

struct SchemaTests {
    private static let schema = DeepSeekCluster.schema.json

    /// complete.yaml is the bridge between types and schema: it has every property of the schema and no other, every
    /// stored property of the types is set after reading it, and it is read back unchanged (see ResourceTests).
    @Test
    func theCompleteResourceHasEveryPropertyOfTheSchema() throws {
        let resource = try Fixtures.resource("complete")
        for field in ["spec", "status"] {
            let found = properties(of: try #require(resource[field]), Self.schema[path: "properties", field])
            #expect(found.unknown == [])
            let expected = allProperties(of: try #require(Self.schema[path: "properties", field]), at: "")
            #expect(expected.subtracting(found.known).sorted() == [], "missing in complete.yaml")
            #expect(expected.count > 25)
        }
    }

    @Test
    func theCompleteResourceSetsEveryStoredProperty() throws {
        let cluster: DeepSeekCluster = try Fixtures.resource("complete").decoded()
        #expect(unset(in: cluster.spec, at: "spec") == [])
        #expect(unset(in: try #require(cluster.status), at: "status") == [])
    }

    /// The API server estimates the cost of a CEL rule from these bounds.
    @Test
    func everythingHasABound() {
        forEachSchema(Self.schema, at: "") { schema, path in
            switch schema["type"]?.stringValue {
            case "string":
                #expect(
                    schema["maxLength"] != nil || schema["enum"] != nil || path == "apiVersion" || path == "kind",
                    "\(path)")
            case "array":
                #expect(schema["maxItems"] != nil && schema["x-kubernetes-list-type"] != nil, "\(path)")
            case "integer": #expect(schema["minimum"] != nil && schema["maximum"] != nil, "\(path)")
            case "object":
                let isClosed = schema["properties"] != nil || schema["x-kubernetes-preserve-unknown-fields"] == true
                #expect(isClosed || schema["maxProperties"] != nil || path == "metadata", "\(path)")
            case nil: #expect(schema["x-kubernetes-int-or-string"] == true && schema["maxLength"] != nil, "\(path)")
            default: break
            }
        }
    }

    /// `kubectl explain` is the manual.
    @Test
    func everythingIsDescribed() {
        forEachSchema(Self.schema, at: "") { schema, path in
            guard path != "apiVersion", path != "kind", path != "metadata" else { return }
            let description = schema["description"]?.stringValue ?? ""
            #expect(description.count >= 5 && description.hasSuffix("."), "\(path): \(description)")
        }
    }

    /// Keys of a list map are required, without which the API server refuses the definition.
    @Test
    func keysOfListMapsAreRequired() {
        forEachSchema(Self.schema, at: "") { schema, path in
            for key in schema["x-kubernetes-list-map-keys"]?.arrayValue ?? [] {
                #expect(schema[path: "items", "required"]?.arrayValue?.contains(key) == true, "\(path)")
            }
            for key in schema["required"]?.arrayValue ?? [] {
                #expect(schema[path: "properties", key.stringValue ?? ""] != nil, "\(path)")
            }
        }
    }

    // MARK: Walking

    private func forEachSchema(_ schema: JSONValue, at path: String, _ body: (JSONValue, String) -> Void) {
        body(schema, path)
        for (name, property) in schema["properties"]?.objectValue ?? [:] {
            forEachSchema(property, at: path.isEmpty ? name : "\(path).\(name)", body)
        }
        if let items = schema["items"] { forEachSchema(items, at: path + "[]", body) }
        if let values = schema["additionalProperties"] { forEachSchema(values, at: path + "{}", body) }
    }

    private func allProperties(of schema: JSONValue, at path: String) -> Set<String> {
        var found: Set<String> = []
        forEachSchema(schema, at: path) { found.insert($1) }
        return found
    }

    private func properties(
        of value: JSONValue, _ schema: JSONValue?, at path: String = ""
    ) -> (known: Set<String>, unknown: [String]) {
        guard let schema else { return ([], [path]) }
        var result: (known: Set<String>, unknown: [String]) = ([path], [])
        func add(_ child: JSONValue, _ schema: JSONValue?, _ path: String) {
            let found = properties(of: child, schema, at: path)
            result.known.formUnion(found.known)
            result.unknown += found.unknown
        }
        for element in value.arrayValue ?? [] { add(element, schema["items"], path + "[]") }
        let isOpen = schema["x-kubernetes-preserve-unknown-fields"] == true
        for (name, member) in value.objectValue ?? [:] {
            if let values = schema["additionalProperties"] {
                add(member, values, path + "{}")
            } else if !isOpen || schema[path: "properties", name] != nil {
                add(member, schema[path: "properties", name], path.isEmpty ? name : "\(path).\(name)")
            }
        }
        return result
    }

    /// The stored properties, at any depth, that are nil or empty.
    private func unset(in value: Any, at path: String) -> [String] {
        if value is JSONValue || value is Quantity || value is QuantityText || value is Timestamp { return [] }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional:
            return mirror.children.first.map { unset(in: $0.value, at: path) } ?? [path]
        case .collection, .dictionary:
            return mirror.children.isEmpty ? [path] : mirror.children.flatMap { unset(in: $0.value, at: path + "[]") }
        case .struct where !(value is String):
            return mirror.children.flatMap { unset(in: $0.value, at: "\(path).\($0.label ?? "")") }
        default: return []
        }
    }
}
