import KubeCore

/// What a value may be, and how lists and maps in it merge: one node of a tree of types.
///
/// Built-in kinds and custom resources share it, so that patches, pruning, defaults and OpenAPI have one
/// implementation.
final class Schema: Sendable {
    enum Kind: Sendable, Equatable {
        /// Anything at all; merged as its value looks (maps by key, lists as a whole).
        case any
        case string, integer, number, boolean
        case quantity, intOrString, time, microTime
        case object, array
    }

    /// How the elements of a list are told apart (`x-kubernetes-list-type`).
    enum ListType: Sendable, Equatable {
        case atomic
        case set
        case map(keys: [String])
    }

    /// How a strategic merge patch treats a list (`patchStrategy`, `patchMergeKey`).
    enum PatchStrategy: Sendable, Equatable {
        case replace
        /// A list of scalars, merged as a set.
        case mergeValues
        case merge(key: String)
    }

    let kind: Kind
    let properties: [String: Schema]
    /// The type of a map's values.
    let values: Schema?
    let items: Schema?
    let required: [String]
    let listType: ListType
    let patchStrategy: PatchStrategy
    /// Whether a map or struct has one owner as a whole (`x-kubernetes-map-type: atomic`).
    let isAtomic: Bool
    let preservesUnknownFields: Bool
    /// `x-kubernetes-embedded-resource`: has apiVersion, kind and metadata besides its own properties.
    let isEmbeddedResource: Bool
    let isNullable: Bool
    let defaultValue: JSONValue?
    /// The schema as its author wrote it, with the constraints that validation reads; nil for built-in kinds.
    let source: JSONValue?

    init(
        _ kind: Kind, properties: [String: Schema] = [:], values: Schema? = nil, items: Schema? = nil,
        required: [String] = [], listType: ListType = .atomic, patchStrategy: PatchStrategy = .replace,
        isAtomic: Bool = false, preservesUnknownFields: Bool = false, isEmbeddedResource: Bool = false,
        isNullable: Bool = false, defaultValue: JSONValue? = nil, source: JSONValue? = nil
    ) {
        self.kind = kind
        self.properties = properties
        self.values = values
        self.items = items
        self.required = required
        self.listType = listType
        self.patchStrategy = patchStrategy
        self.isAtomic = isAtomic
        self.preservesUnknownFields = preservesUnknownFields
        self.isEmbeddedResource = isEmbeddedResource
        self.isNullable = isNullable
        self.defaultValue = defaultValue
        self.source = source
    }

    static let any = Schema(.any, preservesUnknownFields: true)

    /// The type of a member, whether declared or one of a map's values.
    func member(_ name: String) -> Schema { properties[name] ?? values ?? .any }

    /// The type of a list's elements.
    var element: Schema { items ?? .any }
}
