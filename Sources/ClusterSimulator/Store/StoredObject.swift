import Base
import KubeCore

/// One state of one object, as it is stored. States are never changed, so that lists, watches and history share them.
final class StoredObject: Sendable {
    let value: JSONValue
    let name: NamespacedName
    let resourceVersion: Int64
    let labels: [String: String]
    private let encoded = Lock<[UInt8]?>(nil)
    private let owned = Lock<ManagedFields?>(nil)

    init(_ value: JSONValue, resourceVersion: Int64) {
        self.value = value
        self.resourceVersion = resourceVersion
        name = value.namespacedName
        labels = value.labels
    }

    /// The JSON of the object, encoded once.
    var bytes: [UInt8] {
        encoded.withLock { bytes in
            if let bytes { return bytes }
            let new = value.serialized()
            bytes = new
            return new
        }
    }

    /// The managed fields, read once.
    var managedFields: ManagedFields {
        owned.withLock { owned in
            if let owned { return owned }
            let new = ManagedFields(of: value)
            owned = new
            return new
        }
    }
}

// MARK: - Metadata of a generic object

extension JSONValue {
    var namespacedName: NamespacedName {
        NamespacedName(namespace: metadataText("namespace"), name: metadataText("name"))
    }

    /// A text of `metadata`, empty when there is none.
    func metadataText(_ field: String) -> String { self["metadata"]?[field]?.stringValue ?? "" }

    var labels: [String: String] { strings("metadata", "labels") }

    var finalizers: [String] { self["metadata"]?["finalizers"]?.arrayValue?.compactMap(\.stringValue) ?? [] }

    var isBeingDeleted: Bool { self["metadata"]?["deletionTimestamp"]?.stringValue != nil }

    /// The string members of the object at a path.
    func strings(_ path: String...) -> [String: String] {
        self[path: path]?.objectValue?.compactMapValues(\.stringValue) ?? [:]
    }

    /// Without `metadata.managedFields`, for comparisons.
    var withoutManagedFields: JSONValue {
        var copy = self
        copy[path: "metadata", "managedFields"] = nil
        return copy
    }
}
