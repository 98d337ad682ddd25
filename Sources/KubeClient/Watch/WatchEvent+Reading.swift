public import KubeCore

extension WatchEvent: JSONReadable where Object: JSONReadable {
    /// Events of objects, as servers write them, type first. Bookmarks and errors are rare and left to the decoder.
    public init(from reader: inout JSONReader) throws {
        var type: String?
        var object: Object?
        try reader.object { reader, name in
            switch name {
            case "type": type = try reader.string()
            case "object":
                guard let type, ["ADDED", "MODIFIED", "DELETED"].contains(type) else { throw JSONReadError.mismatch }
                object = try Object(from: &reader)
            default: try reader.skip()
            }
        }
        guard let object else { throw JSONReadError.missing }
        switch type {
        case "ADDED": self = .added(object)
        case "MODIFIED": self = .modified(object)
        case "DELETED": self = .deleted(object)
        default: throw JSONReadError.mismatch
        }
    }
}
