internal import KubeCore

/// How an object is deleted.
public struct DeleteOptions: Sendable, Hashable {
    /// What becomes of the objects that it owns.
    public enum PropagationPolicy: String, Sendable, Hashable {
        case orphan = "Orphan"
        case background = "Background"
        case foreground = "Foreground"
    }

    /// Seconds until the object is gone; 0 deletes at once.
    public var gracePeriodSeconds: Int?
    public var propagationPolicy: PropagationPolicy?
    /// Delete only this very object: another uid is a conflict.
    public var uid: String?
    /// Delete only this state of it: another resourceVersion is a conflict.
    public var resourceVersion: String?
    public var isDryRun: Bool

    public init(
        gracePeriodSeconds: Int? = nil, propagationPolicy: PropagationPolicy? = nil, uid: String? = nil,
        resourceVersion: String? = nil, isDryRun: Bool = false
    ) {
        self.gracePeriodSeconds = gracePeriodSeconds
        self.propagationPolicy = propagationPolicy
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.isDryRun = isDryRun
    }

    var body: JSONValue {
        var body: JSONValue = ["apiVersion": "v1", "kind": "DeleteOptions"]
        body["gracePeriodSeconds"] = gracePeriodSeconds.map { JSONValue($0) }
        body["propagationPolicy"] = propagationPolicy.map { .string($0.rawValue) }
        body[path: "preconditions", "uid"] = uid.map { .string($0) }
        body[path: "preconditions", "resourceVersion"] = resourceVersion.map { .string($0) }
        body["dryRun"] = isDryRun ? ["All"] : nil
        return body
    }
}

/// What the server says of a deletion.
public enum Deletion<Object: Sendable>: Sendable {
    /// The object is gone.
    case deleted
    /// The object goes once its grace period and finalizers are done; this is its state now.
    case pending(Object)
}
