public import KubeCore

/// One change of one object.
public struct ObjectEvent: Sendable {
    public enum Kind: String, Sendable, Hashable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }

    public var kind: Kind
    /// The object after the change; of a deletion, its last state with the deletion's resource version.
    public var object: JSONValue
    /// The object before the change; nil when it was created.
    public var previous: JSONValue?
    public var resourceVersion: Int64

    public init(kind: Kind, object: JSONValue, previous: JSONValue?, resourceVersion: Int64) {
        self.kind = kind
        self.object = object
        self.previous = previous
        self.resourceVersion = resourceVersion
    }
}
