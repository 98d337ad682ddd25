import KubeCore

/// Custom resources: what their definition does not say.
struct CustomResourceStrategy: ResourceStrategy {
    /// With a status subresource, only what is neither metadata nor status is the wish.
    var hasStatus: Bool

    var hasGeneration: Bool { true }
    var allowsUnconditionalUpdate: Bool { false }

    func changesGeneration(_ object: JSONValue, live: JSONValue) -> Bool { wish(object) != wish(live) }

    private func wish(_ object: JSONValue) -> JSONValue {
        var wish = object
        wish["metadata"] = nil
        if hasStatus { wish["status"] = nil }
        return wish
    }
}

/// CustomResourceDefinitions.
struct CustomResourceDefinitionStrategy: ResourceStrategy {
    var hasGeneration: Bool { true }

    func applyDefaults(_ object: inout JSONValue) {
        object.change("spec") { spec in
            spec.fill(["conversion": ["strategy": "None"]])
            spec.change("names") { names in
                let kind = names["kind"]?.stringValue ?? ""
                names.fill(["singular": .string(kind.lowercased()), "listKind": .string(kind + "List")])
            }
        }
    }

    /// A definition is accepted and served at once.
    func prepareForCreate(_ object: inout JSONValue) {
        let versions = object["spec"]?["versions"]?.arrayValue ?? []
        let stored = versions.filter { $0["storage"] == true }.compactMap { $0["name"] }
        object["status"] = [
            "acceptedNames": object["spec"]?["names"] ?? [:], "storedVersions": .array(stored),
            "conditions": Self.conditions(object["metadata"]?["creationTimestamp"] ?? ""),
        ]
    }

    private static func conditions(_ time: JSONValue) -> JSONValue {
        [
            [
                "type": "NamesAccepted", "status": "True", "lastTransitionTime": time, "reason": "NoConflicts",
                "message": "no conflicts found",
            ],
            [
                "type": "Established", "status": "True", "lastTransitionTime": time, "reason": "InitialNamesAccepted",
                "message": "the initial names have been accepted",
            ],
        ]
    }

    func validate(_ object: JSONValue) -> [FieldError] {
        let spec = object["spec"] ?? [:]
        var errors: [FieldError] = []
        let name = object.metadataText("name")
        let expected = "\(spec["names"]?["plural"]?.stringValue ?? "").\(spec["group"]?.stringValue ?? "")"
        if name != expected {
            errors.append(.invalid("metadata.name", .string(name), "must be spec.names.plural+\".\"+spec.group"))
        }
        if !["Namespaced", "Cluster"].contains(spec["scope"] ?? "") {
            errors.append(.unsupported("spec.scope", spec["scope"] ?? "", ["Cluster", "Namespaced"]))
        }
        let versions = spec["versions"]?.arrayValue ?? []
        if versions.filter({ $0["storage"] == true }).count != 1 {
            errors.append(
                .invalid(
                    "spec.versions", .array(versions.compactMap { $0["name"] }),
                    "must have exactly one version marked as storage version"))
        }
        for (index, version) in versions.enumerated() {
            let path = "spec.versions[\(index)].schema.openAPIV3Schema"
            guard let schema = version["schema"]?["openAPIV3Schema"] else {
                errors.append(.required(path, "schemas are required"))
                continue
            }
            errors += StructuralRules.errors(schema, path: path)
        }
        return errors
    }

    func validateUpdate(_ object: JSONValue, live: JSONValue) -> [FieldError] {
        ["group", "scope"].compactMap { field in
            object["spec"]?[field] == live["spec"]?[field]
                ? nil : .invalid("spec.\(field)", object["spec"]?[field] ?? .null, "field is immutable")
        }
    }
}

/// What makes a schema structural, as far as an author is likely to miss it.
enum StructuralRules {
    static func errors(_ schema: JSONValue, path: String) -> [FieldError] {
        var errors: [FieldError] = []
        let isFree =
            schema["x-kubernetes-preserve-unknown-fields"] == true || schema["x-kubernetes-int-or-string"] == true
        if schema["type"]?.stringValue ?? "" == "", !isFree {
            errors.append(.required("\(path).type", "must not be empty for specified object fields"))
        }
        for (name, child) in (schema["properties"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            // The root may restrict metadata without describing it.
            errors += Self.errors(child, path: "\(path).properties[\(name)]")
        }
        errors += SchemaPattern.errors(schema, path: path)
        if let items = schema["items"] { errors += Self.errors(items, path: "\(path).items") }
        if let values = schema["additionalProperties"], values.objectValue != nil {
            errors += Self.errors(values, path: "\(path).additionalProperties")
        }
        if schema["x-kubernetes-list-type"] == "map" {
            let keys = (schema["x-kubernetes-list-map-keys"]?.arrayValue ?? []).compactMap(\.stringValue)
            if keys.isEmpty { errors.append(.required("\(path).x-kubernetes-list-map-keys")) }
            let required = schema["items"]?["required"]?.arrayValue ?? []
            for key in keys {
                let hasDefault = schema["items"]?["properties"]?[key]?["default"] != nil
                if !required.contains(.string(key)), !hasDefault {
                    errors.append(
                        .required(
                            "\(path).items.properties[\(key)].default",
                            "this property is in x-kubernetes-list-map-keys, so it must have a default or be a "
                                + "required property"))
                }
            }
        }
        return errors
    }
}
