import KubeCore

extension ClusterState {
    /// Fills the defaults of a custom resource's schema.
    func applyCustomDefaults(_ definition: ResourceDefinition, _ object: inout JSONValue) {
        guard definition.isCustom else { return }
        let metadata = object["metadata"]
        object = object.withDefaults(definition.schema)
        object["metadata"] = metadata
    }

    /// Serves what a definition describes, in place of what it described before.
    func serveDefinition(_ object: JSONValue) {
        forgetRoutes(object)
        for definition in CustomResourceDefinition.resources(of: object) { registry.add(definition) }
    }

    /// Stops serving a definition that is gone, and drops its objects.
    func forgetDefinition(_ object: JSONValue) {
        let definitions = CustomResourceDefinition.resources(of: object)
        if let definition = definitions.first {
            for stored in table(definition).ordered(namespace: nil) {
                record(.deleted, stored.value, previous: stored, definition)
            }
        }
        forgetRoutes(object)
    }

    private func forgetRoutes(_ object: JSONValue) {
        let group = object["spec"]?["group"]?.stringValue ?? ""
        registry.remove(group: group, plural: object["spec"]?["names"]?["plural"]?.stringValue ?? "")
    }
}

/// Reads CustomResourceDefinition objects.
enum CustomResourceDefinition {
    /// One resource for each served version.
    static func resources(of object: JSONValue) -> [ResourceDefinition] {
        let spec = object["spec"] ?? [:]
        let group = spec["group"]?.stringValue ?? ""
        let versions = spec["versions"]?.arrayValue ?? []
        let storage = versions.first { $0["storage"] == true }?["name"]?.stringValue ?? ""
        return versions.filter { $0["served"] == true }.map { version in
            resource(spec, version, storageVersion: "\(group)/\(storage)")
        }
    }

    private static func resource(_ spec: JSONValue, _ version: JSONValue, storageVersion: String) -> ResourceDefinition
    {
        let names = spec["names"] ?? [:]
        func text(_ name: String) -> String { names[name]?.stringValue ?? "" }
        func list(_ name: String) -> [String] { (names[name]?.arrayValue ?? []).compactMap(\.stringValue) }
        var subresources: Set<ResourceDefinition.Subresource> = []
        if version["subresources"]?["status"] != nil { subresources.insert(.status) }
        let scale = version["subresources"]?["scale"].flatMap(scalePaths)
        if scale != nil { subresources.insert(.scale) }
        var definition = ResourceDefinition(
            type: ResourceType(
                group: spec["group"]?.stringValue ?? "", version: version["name"]?.stringValue ?? "",
                kind: text("kind"), plural: text("plural"), isNamespaced: spec["scope"] == "Namespaced"),
            schema: StructuralSchema.root(version["schema"]?["openAPIV3Schema"] ?? [:]),
            strategy: CustomResourceStrategy(hasStatus: subresources.contains(.status)),
            shortNames: list("shortNames"), categories: list("categories"), subresources: subresources, scale: scale)
        definition.singular = text("singular")
        definition.listKind = text("listKind")
        definition.isCustom = true
        definition.storageVersion = storageVersion
        definition.printerColumns = (version["additionalPrinterColumns"]?.arrayValue ?? []).compactMap(column)
        return definition
    }

    private static func scalePaths(_ json: JSONValue) -> ResourceDefinition.ScalePaths? {
        func path(_ name: String) -> [String]? {
            json[name]?.stringValue.map { $0.split(separator: ".").map(String.init) }
        }
        guard let spec = path("specReplicasPath"), let status = path("statusReplicasPath") else { return nil }
        return .init(spec: spec, status: status, selector: path("labelSelectorPath"))
    }

    private static func column(_ json: JSONValue) -> PrinterColumn? {
        guard let name = json["name"]?.stringValue, let path = json["jsonPath"]?.stringValue.flatMap(JSONPath.init)
        else { return nil }
        return PrinterColumn(
            name: name, type: json["type"]?.stringValue ?? "string", format: json["format"]?.stringValue ?? "",
            description: json["description"]?.stringValue ?? "", priority: json["priority"]?.intValue ?? 0,
            jsonPath: path)
    }
}
