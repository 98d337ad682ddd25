/// `spec.operation`.
public struct MigrationOperation: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Goes on with the promotion without waiting longer; gates that still run have to pass.
        case promote = "Promote"
        /// Promotes without gates.
        case promoteFull = "PromoteFull"
        /// Gives the migration up, and goes back if the switch has happened already.
        case abort = "Abort"
        /// Tries a rejected revision, or a gate that had no data, again.
        case retry = "Retry"
        /// Goes to an earlier revision, whatever spec describes.
        case rollback = "Rollback"
        /// Stops the migration where it is; its deadlines stand still.
        case pause = "Pause"
        case resume = "Resume"
        /// Restarts the pods of the active revision, one after the other.
        case restart = "Restart"
    }

    /// Each id is carried out once.
    public var id: String
    public var kind: Kind
    /// Named by Promote and Rollback, so that a click on an old page moves nothing else.
    public var targetRevision: String?

    public init(id: String, kind: Kind, targetRevision: String? = nil) {
        self.id = id
        self.kind = kind
        self.targetRevision = targetRevision
    }
}
