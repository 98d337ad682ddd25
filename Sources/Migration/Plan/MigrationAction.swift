/// One write. What comes first in a plan must be done first; the first that fails ends the plan.
public enum MigrationAction: Sendable, Hashable {
    /// Makes the Deployment of a revision from its ControllerRevision, with its replicas and its claim from the first
    /// moment on. One that exists already is a conflict.
    case createDeployment(revision: String, replicas: Int, claim: Int64)
    /// Writes `spec.replicas` and the claim of a Deployment, under its uid and resourceVersion.
    case scale(ScaleWrite)
    /// Creates or changes the live Service: its selector and its record in one write.
    case writeLive(LiveWrite)
    /// Deletes a Deployment, its pods in the background, under its uid and resourceVersion.
    case deleteDeployment(revision: String, uid: String, resourceVersion: String)
    /// Deletes a ControllerRevision that history keeps no longer, under its uid and resourceVersion.
    case deleteRevision(revision: String, uid: String, resourceVersion: String)
}

public struct ScaleWrite: Sendable, Hashable {
    public var revision: String
    public var replicas: Int
    public var claim: Int64
    public var uid: String
    public var resourceVersion: String

    public init(revision: String, replicas: Int, claim: Int64, uid: String, resourceVersion: String) {
        self.revision = revision
        self.replicas = replicas
        self.claim = claim
        self.uid = uid
        self.resourceVersion = resourceVersion
    }
}

/// A write of the live Service.
public struct LiveWrite: Sendable, Hashable {
    /// What has to be there; otherwise the write is a conflict.
    public enum Precondition: Sendable, Hashable {
        /// No Service of that name.
        case absent
        case version(uid: String, resourceVersion: String)
    }

    public var precondition: Precondition
    /// `none` only for a Service that is made anew before the revision that it will select is claimed.
    public var selection: Selection
    public var record: MigrationRecord
    /// The arrows that lead from the record that was read to this one, in order; empty when only notes change, or the
    /// selector is put back.
    public var transitions: [Transition]

    public init(
        precondition: Precondition, selection: Selection, record: MigrationRecord, transitions: [Transition]
    ) {
        self.precondition = precondition
        self.selection = selection
        self.record = record
        self.transitions = transitions
    }
}
