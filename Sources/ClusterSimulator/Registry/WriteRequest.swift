import KubeCore

/// How one write is to be done.
struct WriteRequest {
    var definition: ResourceDefinition
    var subresource: ResourceDefinition.Subresource?
    /// Whether the object is sent as a whole (PUT).
    var isReplacement = false
    var options: WriteOptions
    /// Fields that were dropped, for `Warning` headers.
    var warnings: [String] = []

    init(
        _ definition: ResourceDefinition, _ options: WriteOptions,
        subresource: ResourceDefinition.Subresource? = nil
    ) {
        self.definition = definition
        self.options = options
        self.subresource = subresource
    }

    /// The owner of what an update changes.
    var updater: FieldOwner { owner(.update) }
    /// The owner of what an apply sets.
    var applier: FieldOwner { owner(.apply) }

    private func owner(_ operation: FieldOwner.Operation) -> FieldOwner {
        FieldOwner(
            manager: options.fieldManager, operation: operation, apiVersion: definition.type.apiVersion,
            subresource: subresource?.rawValue ?? "")
    }
}

/// What a write did.
struct WriteOutcome {
    /// The object as it is stored.
    var object: JSONValue
    var isNew = false
    var warnings: [String] = []
}
