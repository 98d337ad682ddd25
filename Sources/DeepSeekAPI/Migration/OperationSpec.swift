/// Something to do once.
public struct OperationSpec: Sendable, Hashable, Codable {
    public enum OperationType: String, Sendable, Hashable, Codable, CaseIterable {
        case promote = "Promote"
        case promoteFull = "PromoteFull"
        case abort = "Abort"
        case retry = "Retry"
        case rollback = "Rollback"
        case pause = "Pause"
        case resume = "Resume"
        case restart = "Restart"

        var namesRevision: Bool { self == .promote || self == .rollback }
    }

    public var id: String
    public var type: OperationType
    public var targetRevision: String?

    public init(id: String, type: OperationType, targetRevision: String? = nil) {
        self.id = id
        self.type = type
        self.targetRevision = targetRevision
    }
}

extension OperationSpec: SchemaProviding {
    public static let schema = Schema.object(
        "Something to do once for each id; status.operation says how it went. One that is there when the resource is "
            + "created is skipped: it was replayed.",
        [
            "id": .string("Any text that was not used before.", length: 1...63),
            "type": .choice(
                OperationType.self,
                "Promote: take over now, whatever the gates wait for. PromoteFull: the same, and at full size first. "
                    + "Abort: give the next revision up. Retry: try a rejected revision again. Rollback: go back to a "
                    + "stored revision. Pause and Resume: hold the migration and go on. Restart: replace the active "
                    + "revision's pods, one after another."),
            "targetRevision": .string("The revision that Promote and Rollback mean.", length: 1...63),
        ],
        required: ["id", "type"],
        rules: [
            Schema.Rule(
                "!(self.type in ['Promote', 'Rollback']) || has(self.targetRevision)",
                message: "targetRevision is required with Promote and Rollback", field: ".targetRevision")
        ])
}
