public import KubeCore

/// One write that the planner wants. The order in a plan matters: what comes first must be there first.
public enum Action: Sendable, Equatable {
    /// Creates an object that is never changed afterwards. One that is there already is as good.
    case create(ResourceType, body: JSONValue, manager: FieldManager)
    /// Creates an object. One that is there already is a conflict: the plan was made without it.
    case createNew(ResourceType, body: JSONValue, manager: FieldManager)
    /// Server-side apply. Skipped when nothing differs from the last one and the object has not changed since.
    case apply(Application)
    /// Takes keys out of the live Service's selector, if it is still as it was observed.
    case removeSelectorKeys([String], of: ObjectMeta)
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
    /// Whether it is meant for the object exactly as observed: its resourceVersion is a precondition.
    public var isExact = false
}
