/// apps/v1 ControllerRevision: an immutable snapshot, here of a rendered pod template.
public struct ControllerRevision: KubernetesObject, Equatable {
    public static let resourceType = ResourceType(
        group: "apps", version: "v1", kind: "ControllerRevision", plural: "controllerrevisions")

    public var metadata: ObjectMeta
    public var revision: Int64
    private var compactData: CompactJSON?

    public init(metadata: ObjectMeta, revision: Int64, data: JSONValue?) {
        self.metadata = metadata
        self.revision = revision
        compactData = data.map(CompactJSON.init)
    }

    /// Parsed anew each time: take it once.
    public var data: JSONValue? { compactData?.value }

    private enum CodingKeys: String, CodingKey {
        case metadata, revision
        case compactData = "data"
    }
}

extension ControllerRevision: JSONReadable {
    public init(from reader: inout JSONReader) throws {
        var metadata: ObjectMeta?
        var revision: Int64?
        var data: CompactJSON?
        try reader.object { reader, name in
            switch name {
            case "metadata": metadata = try ObjectMeta(from: &reader)
            case "revision": revision = try reader.integer(Int64.self)
            case "data": data = try reader.optional()
            default: try reader.skip()
            }
        }
        guard let metadata, let revision else { throw JSONReadError.missing }
        self.init(metadata: metadata, revision: revision, data: nil)
        compactData = data
    }
}
