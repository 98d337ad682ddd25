/// Why bytes are not the protobuf message that they should be.
struct ProtobufError: Error, Equatable, CustomStringConvertible {
    var message: String
    /// Where, in bytes from the start of the body.
    var offset: Int

    var description: String { "invalid protobuf at byte \(offset): \(message)" }
}

/// Reads protobuf's wire format, field by field. It never reads past its slice and never recurses.
struct ProtobufReader {
    enum WireType: UInt64 {
        case varint = 0
        case fixed64 = 1
        case bytes = 2
        case groupStart = 3
        case groupEnd = 4
        case fixed32 = 5
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    /// The number and the wire type of the next field.
    mutating func tag() throws(ProtobufError) -> (number: UInt64, wire: WireType) {
        let start = rest.startIndex
        let tag = try varint()
        guard let wire = WireType(rawValue: tag & 7) else {
            throw ProtobufError(message: "there is no wire type \(tag & 7)", offset: start)
        }
        // Numbers have 29 bits.
        guard (1..<1 << 29).contains(tag >> 3) else {
            throw ProtobufError(message: "\(tag >> 3) is no field number", offset: start)
        }
        return (tag >> 3, wire)
    }

    mutating func varint() throws(ProtobufError) -> UInt64 {
        let start = rest.startIndex
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = rest.popFirst() {
            // The tenth byte holds the 64th bit.
            guard shift < 63 || byte <= 1 else {
                throw ProtobufError(message: "the number has more than 64 bits", offset: start)
            }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw ProtobufError(message: "the number is cut off", offset: start)
    }

    /// The bytes after a length: a string, a nested message or packed numbers.
    mutating func bytes() throws(ProtobufError) -> ArraySlice<UInt8> {
        let start = rest.startIndex
        let length = try varint()
        guard let count = Int(exactly: length), count <= rest.count else {
            throw ProtobufError(message: "\(length) bytes are announced, \(rest.count) are left", offset: start)
        }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// Passes over the value of a field that nobody knows.
    mutating func skip(_ wire: WireType) throws(ProtobufError) {
        var openGroups = 0
        var wire = wire
        while true {
            switch wire {
            case .varint: _ = try varint()
            case .bytes: _ = try bytes()
            case .fixed64: try drop(8)
            case .fixed32: try drop(4)
            case .groupStart: openGroups += 1
            case .groupEnd:
                guard openGroups > 0 else {
                    throw ProtobufError(message: "a group ends that did not begin", offset: rest.startIndex)
                }
                openGroups -= 1
            }
            if openGroups == 0 { return }
            wire = try tag().wire
        }
    }

    /// The error for a field whose value is of another type than its definition says.
    func unexpected(_ wire: WireType) -> ProtobufError {
        ProtobufError(message: "wire type \(wire.rawValue) is not the field's", offset: rest.startIndex)
    }

    private mutating func drop(_ count: Int) throws(ProtobufError) {
        guard rest.count >= count else {
            throw ProtobufError(message: "the value is cut off", offset: rest.startIndex)
        }
        rest = rest.dropFirst(count)
    }
}
