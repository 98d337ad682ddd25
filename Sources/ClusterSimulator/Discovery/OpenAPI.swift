import KubeCore

/// OpenAPI documents of what the server has: enough for `kubectl explain` and client-side validation.
struct OpenAPI {
    var registry: Registry

    /// The document below `/openapi/`; nil when there is none.
    func document(_ path: String) -> JSONValue? {
        switch path {
        case "v2": version2
        case "v3": version3Index
        default: path.hasPrefix("v3/") ? version3(String(path.dropFirst(3))) : nil
        }
    }

    /// `/openapi/v2`.
    private var version2: JSONValue {
        [
            "swagger": "2.0", "info": ["title": "Kubernetes", "version": "v1"], "paths": [:],
            "definitions": definitions(registry.ordered, nullable: false),
        ]
    }

    /// `/openapi/v3`: a path for each group and version.
    private var version3Index: JSONValue {
        var paths: JSONValue = [:]
        for definition in registry.ordered {
            let path = Self.path(definition)
            paths[path] = ["serverRelativeURL": .string("/openapi/v3/\(path)?hash=\(registry.revision)")]
        }
        return ["paths": paths]
    }

    /// `/openapi/v3/<path>`; nil for a group and version that there is not.
    private func version3(_ path: String) -> JSONValue? {
        let found = registry.ordered.filter { Self.path($0) == path }
        guard !found.isEmpty else { return nil }
        var paths: JSONValue = [:]
        for definition in found {
            let scope = definition.type.isNamespaced ? "namespaces/{namespace}/" : ""
            let collection = "/\(path)/\(scope)\(definition.type.plural)"
            paths["\(collection)/{name}"] = [
                // kubectl looks here for whether the server validates fields by itself.
                "patch": [
                    "operationId": .string("patch\(definition.type.kind)"),
                    "x-kubernetes-action": "patch", "x-kubernetes-group-version-kind": Self.kind(definition),
                    "parameters": .array(["dryRun", "fieldManager", "fieldValidation", "force"].map(Self.parameter)),
                    "responses": ["200": ["description": "OK"]],
                ]
            ]
            paths[collection] = [
                "get": [
                    "operationId": .string("list\(definition.type.kind)"),
                    "x-kubernetes-action": "list", "x-kubernetes-group-version-kind": Self.kind(definition),
                    "responses": ["200": ["description": "OK"]],
                ]
            ]
        }
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1"], "paths": paths,
            "components": ["schemas": definitions(found, nullable: true)],
        ]
    }

    private static func parameter(_ name: String) -> JSONValue {
        ["name": .string(name), "in": "query", "schema": ["type": "string"]]
    }

    private static func path(_ definition: ResourceDefinition) -> String {
        definition.type.group.isEmpty ? "api/v1" : "apis/\(definition.type.apiVersion)"
    }

    private static func kind(_ definition: ResourceDefinition) -> JSONValue {
        [
            "group": .string(definition.type.group), "kind": .string(definition.type.kind),
            "version": .string(definition.type.version),
        ]
    }

    private func definitions(_ resources: [ResourceDefinition], nullable: Bool) -> JSONValue {
        var definitions: JSONValue = [:]
        for resource in resources {
            let group = resource.type.group.isEmpty ? "core" : resource.type.group
            let name =
                (group.split(separator: ".").reversed() + [Substring(resource.type.version)])
                .joined(separator: ".") + "." + resource.type.kind
            var schema = resource.schema.openAPI
            schema["x-kubernetes-group-version-kind"] = [Self.kind(resource)]
            definitions[name] = schema
        }
        return definitions
    }
}

extension Schema {
    /// The schema as OpenAPI writes it. References are written out, so that a document stands alone.
    var openAPI: JSONValue {
        if let source, kind != .object { return source }
        var json: JSONValue = source ?? [:]
        switch kind {
        // An empty schema is one that `kubectl explain --recursive` stumbles over.
        case .any: return source ?? ["x-kubernetes-preserve-unknown-fields": true]
        case .string: json["type"] = "string"
        case .integer: json = ["type": "integer", "format": "int64"]
        case .number: json["type"] = "number"
        case .boolean: json["type"] = "boolean"
        case .quantity: json["type"] = "string"
        case .intOrString: json = ["type": "string", "format": "int-or-string"]
        case .time, .microTime: json = ["type": "string", "format": "date-time"]
        case .array:
            json = ["type": "array", "items": element.openAPI]
            writeListRules(&json)
        case .object:
            json["type"] = "object"
            if !properties.isEmpty { json["properties"] = .object(properties.mapValues(\.openAPI)) }
            if source == nil, let values { json["additionalProperties"] = values.openAPI }
            if !required.isEmpty { json["required"] = JSONValue(required) }
        }
        return json
    }

    private func writeListRules(_ json: inout JSONValue) {
        switch listType {
        case .atomic: json["x-kubernetes-list-type"] = "atomic"
        case .set: json["x-kubernetes-list-type"] = "set"
        case .map(let keys):
            json["x-kubernetes-list-type"] = "map"
            json["x-kubernetes-list-map-keys"] = JSONValue(keys)
        }
        switch patchStrategy {
        case .replace: break
        case .mergeValues: json["x-kubernetes-patch-strategy"] = "merge"
        case .merge(let key):
            json["x-kubernetes-patch-strategy"] = "merge"
            json["x-kubernetes-patch-merge-key"] = .string(key)
        }
    }
}
