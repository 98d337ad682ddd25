/// What the server does with fields it does not know, or that come twice.
public enum FieldValidation: String, Sendable, Hashable {
    case ignore = "Ignore"
    case warn = "Warn"
    case strict = "Strict"
}

/// How an object is created, replaced or patched.
public struct WriteOptions: Sendable, Hashable {
    /// Who owns the fields that are written. ``Patch/apply(_:fieldManager:force:)`` names its own.
    public var fieldManager: String?
    public var fieldValidation: FieldValidation?
    /// Check and answer, but persist nothing.
    public var isDryRun: Bool

    public init(fieldManager: String? = nil, fieldValidation: FieldValidation? = nil, isDryRun: Bool = false) {
        self.fieldManager = fieldManager
        self.fieldValidation = fieldValidation
        self.isDryRun = isDryRun
    }

    var query: [KubeRequest.QueryItem] {
        var items: [KubeRequest.QueryItem] = []
        items.append("dryRun", isDryRun ? "All" : nil)
        items.append("fieldManager", fieldManager)
        items.append("fieldValidation", fieldValidation?.rawValue)
        return items
    }
}
