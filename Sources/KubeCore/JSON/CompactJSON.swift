/// A JSON value that is kept as its bytes: for what is cached by the ten thousand and seldom looked at. The tree of a pod
/// template is five to ten times the size of its text.
public struct CompactJSON: Sendable, Equatable {
    /// Valid JSON.
    private let bytes: [UInt8]

    public init(_ value: JSONValue) { bytes = value.serialized() }

    /// The value, parsed anew each time.
    public var value: JSONValue {
        // The bytes were parsed or written by us, so that this cannot fail.
        (try? JSONValue(parsing: bytes)) ?? .null
    }

    /// Members may stand in another order.
    public static func == (left: CompactJSON, right: CompactJSON) -> Bool {
        left.bytes == right.bytes || left.value == right.value
    }
}

extension CompactJSON: Codable {
    public init(from decoder: any Decoder) throws { self.init(try JSONValue(from: decoder)) }
    public func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
}

extension CompactJSON: JSONReadable {
    /// The reader only passes over a value; that it can be parsed is found out here, and not when it is wanted.
    public init(from reader: inout JSONReader) throws {
        bytes = try reader.text()
        _ = try JSONValue(parsing: bytes)
    }
}
