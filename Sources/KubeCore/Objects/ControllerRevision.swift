/// apps/v1 ControllerRevision: an immutable snapshot, here of a rendered pod template.
public struct ControllerRevision: KubernetesObject, Equatable {
    public static let resourceType = ResourceType(
        group: "apps", version: "v1", kind: "ControllerRevision", plural: "controllerrevisions")

    public var metadata: ObjectMeta
    public var revision: Int64
    public var data: JSONValue?

    public init(metadata: ObjectMeta, revision: Int64, data: JSONValue?) {
        self.metadata = metadata
        self.revision = revision
        self.data = data
    }
}
