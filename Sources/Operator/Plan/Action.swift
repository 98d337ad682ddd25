public import KubeCore

/// One write that the planner wants. The order in a plan matters: what comes first must be there first.
public enum Action: Sendable, Equatable {
    /// Creates an object that is never changed afterwards.
    case create(ResourceType, body: JSONValue, manager: FieldManager)
    /// Server-side apply. Skipped when nothing differs from the last one and the object has not changed since.
    case apply(Application)
    /// Deletes an object as it was observed: uid and resourceVersion are preconditions.
    case delete(ResourceType, name: String, uid: String, resourceVersion: String)
    /// Writes `spec.replicas` of the resource, which has none yet.
    case fillReplicas(Int)
}

/// One server-side apply.
public struct Application: Sendable, Equatable {
    public var resource: ResourceType
    public var name: String
    public var manager: FieldManager
    /// The whole of what the manager owns.
    public var body: JSONValue
    /// The object as observed; nil when it is to be created.
    public var observed: ObjectMeta?
}
