/// The one Service by which clients come in, as it was read.
public struct LiveService: Sendable, Hashable {
    public var uid: String
    public var resourceVersion: String
    public var selection: Selection
    /// The annotation `MigrationAnnotation.record`; nil when it is absent or cannot be read.
    public var record: MigrationRecord?

    public init(uid: String, resourceVersion: String, selection: Selection, record: MigrationRecord?) {
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.selection = selection
        self.record = record
    }
}

/// What a selector says.
public enum Selection: Sendable, Hashable {
    /// The pods of one revision.
    case revision(String)
    /// All pods of the cluster, whatever their revision: while one is replaced by another in place.
    case all
    /// Nothing of ours: somebody took the selector away or wrote another one.
    case none

    public func includes(_ revision: String) -> Bool { self == .all || self == .revision(revision) }
}

/// The annotations that the state of a migration is kept in.
public enum MigrationAnnotation {
    /// On the live Service, owned by the manager of the selector and always sent with it: the MigrationRecord.
    public static let record = "serving.deepseek.io/migration"
    /// On a revision's Deployment, owned by the manager of replicas and always sent with them: a decimal epoch.
    public static let claim = "serving.deepseek.io/claim"
}
