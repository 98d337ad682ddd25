import KubeCore

/// One served resource in one version: how its requests are understood.
struct ResourceDefinition: Sendable {
    /// What objects are stored under: the same for all versions of a resource.
    struct StorageKey: Hashable, Sendable {
        var group: String
        var plural: String
    }

    enum Subresource: String, Hashable, Sendable, CaseIterable {
        case status, scale, binding, eviction, log, token
    }

    /// Where a scale finds its numbers.
    struct ScalePaths: Sendable, Equatable {
        var spec: [String]
        var status: [String]
        /// The path of the selector's text, or of a LabelSelector; nil when there is none.
        var selector: [String]?
    }

    var type: ResourceType
    var storageKey: StorageKey
    /// The version that objects are stored in.
    var storageVersion: String
    var singular: String
    var listKind: String
    var shortNames: [String] = []
    var categories: [String] = []
    var subresources: Set<Subresource> = []
    var scale: ScalePaths?
    var schema: Schema
    var strategy: any ResourceStrategy
    /// The columns of a custom resource's table.
    var printerColumns: [PrinterColumn] = []
    var isCustom = false
    /// Whether objects are only created to be answered (reviews).
    var isVirtual = false

    init(
        type: ResourceType, schema: Schema, strategy: any ResourceStrategy, shortNames: [String] = [],
        categories: [String] = [], subresources: Set<Subresource> = [], scale: ScalePaths? = nil
    ) {
        self.type = type
        self.storageKey = StorageKey(group: type.group, plural: type.plural)
        self.storageVersion = type.apiVersion
        self.singular = type.kind.lowercased()
        self.listKind = type.kind + "List"
        self.shortNames = shortNames
        self.categories = categories
        self.subresources = subresources
        self.scale = scale
        self.schema = schema
        self.strategy = strategy
    }

    var hasStatus: Bool { subresources.contains(.status) }

    // MARK: Failures about it

    func notFound(_ name: String) -> Status { .notFound(type.group, type.plural, name) }
    func invalid(_ name: String, _ errors: [FieldError]) -> Status { .invalid(type, name, errors) }
    func conflict(_ name: String, _ why: String) -> Status { .conflict(type.group, type.plural, name, why) }
    func staleWrite(_ name: String) -> Status { .staleWrite(type.group, type.plural, name) }
    func forbidden(_ name: String, _ why: String) -> Status { .forbidden(type.group, type.plural, name, why) }
}

/// One of a custom resource's `additionalPrinterColumns`.
struct PrinterColumn: Sendable, Equatable {
    var name: String
    var type: String
    var format = ""
    var description = ""
    var priority: Int64 = 0
    var jsonPath: JSONPath
}
