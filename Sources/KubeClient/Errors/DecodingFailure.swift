/// An answer that does not have the form of its type.
public struct DecodingFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The Swift type that was expected.
    public let type: String
    /// The field, such as `items[3].spec.replicas`; empty for the whole document.
    public let path: String
    public let message: String

    public init(type: String, path: String, message: String) {
        self.type = type
        self.path = path
        self.message = message
    }

    init(_ error: any Error, type: any Any.Type) {
        self.type = String(describing: type)
        switch error as? DecodingError {
        case .keyNotFound(let key, let context):
            path = Self.path(context.codingPath + [key])
            message = "the field is missing"
        case .valueNotFound(_, let context):
            path = Self.path(context.codingPath)
            message = "the field is null"
        case .typeMismatch(let expected, let context):
            path = Self.path(context.codingPath)
            message = "the field is not a \(expected)"
        case .dataCorrupted(let context):
            path = Self.path(context.codingPath)
            message = context.debugDescription
        default:
            path = ""
            message = String(describing: error)
        }
    }

    public var description: String {
        "cannot read the server's answer as \(type)\(path.isEmpty ? "" : " at \(path)"): \(message)"
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }
}
