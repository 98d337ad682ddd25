import FoundationEssentials
import KubeCore

/// Turns a protobuf message into the JSON that Go would write for the same object.
///
/// Fields that the table does not have are skipped, as protobuf wants it. Nesting is bounded by the table, in which no
/// message contains itself, and what is made of the bytes by their number.
struct ProtobufDecoder {
    /// An object while its fields come in, in any order and perhaps in several parts.
    private struct Draft {
        var values: [String: JSONValue] = [:]
        var lists: [String: [JSONValue]] = [:]
        var maps: [String: [String: JSONValue]] = [:]
        var children: [String: Draft] = [:]

        var json: JSONValue {
            var members = values
            for (name, list) in lists { members[name] = .array(list) }
            for (name, map) in maps { members[name] = .object(map) }
            for (name, child) in children { members[name] = child.json }
            return .object(members)
        }
    }

    static func object(
        _ bytes: ArraySlice<UInt8>, _ message: ProtobufMessages.Message
    ) throws(ProtobufError) -> JSONValue {
        var draft = Draft()
        try read(bytes, message, into: &draft)
        return draft.json
    }

    private static func read(
        _ bytes: ArraySlice<UInt8>, _ message: ProtobufMessages.Message, into draft: inout Draft
    ) throws(ProtobufError) {
        var reader = ProtobufReader(bytes)
        while !reader.isAtEnd {
            let (number, wire) = try reader.tag()
            guard let field = message[number] else {
                try reader.skip(wire)
                continue
            }
            try read(field, &reader, wire, into: &draft)
        }
    }

    private static func read(
        _ field: ProtobufMessages.Field, _ reader: inout ProtobufReader, _ wire: ProtobufReader.WireType,
        into draft: inout Draft
    ) throws(ProtobufError) {
        guard let name = field.name else {
            guard case .message(let inner) = field.type else { return try reader.skip(wire) }
            return try read(try payload(&reader, wire), ProtobufMessages.message(named: inner), into: &draft)
        }
        switch field.type {
        case .message(let inner):
            let bytes = try payload(&reader, wire)
            try read(bytes, ProtobufMessages.message(named: inner), into: &draft.children[name, default: Draft()])
        case .list(let element):
            try readElements(element, &reader, wire, into: &draft.lists[name, default: []])
        case .map(let values):
            let (key, value) = try entry(values, try payload(&reader, wire))
            draft.maps[name, default: [:]][key] = value
        default:
            let value = try value(field.type, &reader, wire)
            // The last one counts, also one that takes an earlier one back.
            draft.values[name] = field.isKept || !isZero(value) ? value : nil
        }
    }

    /// One more element, or several that are packed.
    private static func readElements(
        _ type: ProtobufMessages.FieldType, _ reader: inout ProtobufReader, _ wire: ProtobufReader.WireType,
        into list: inout [JSONValue]
    ) throws(ProtobufError) {
        let isNumber = type == .int32 || type == .int64 || type == .boolean
        guard isNumber, wire == .bytes else { return list.append(try value(type, &reader, wire) ?? .null) }
        var packed = ProtobufReader(try reader.bytes())
        while !packed.isAtEnd { list.append(try value(type, &packed, .varint) ?? .null) }
    }

    /// An entry of a map: a message of a key and a value, each of which may be left out.
    private static func entry(
        _ type: ProtobufMessages.FieldType, _ bytes: ArraySlice<UInt8>
    ) throws(ProtobufError) -> (String, JSONValue) {
        var key = ""
        var value: JSONValue?
        var reader = ProtobufReader(bytes)
        while !reader.isAtEnd {
            switch try reader.tag() {
            case (1, let wire): key = text(try payload(&reader, wire))
            case (2, let wire): value = try self.value(type, &reader, wire)
            case (_, let wire): try reader.skip(wire)
            }
        }
        // Null is left out of an object when its types are checked.
        return (key, value ?? (type == .string || type == .bytes ? "" : .null))
    }

    // MARK: Single values

    /// Nil for a time that is not set and for JSON of no bytes.
    private static func value(
        _ type: ProtobufMessages.FieldType, _ reader: inout ProtobufReader, _ wire: ProtobufReader.WireType
    ) throws(ProtobufError) -> JSONValue? {
        switch type {
        case .int32: return .int(Int64(Int32(truncatingIfNeeded: try number(&reader, wire))))
        case .int64: return .int(try number(&reader, wire))
        case .boolean: return .bool(try number(&reader, wire) != 0)
        default: break
        }
        let bytes = try payload(&reader, wire)
        switch type {
        case .string: return .string(text(bytes))
        case .bytes: return .string(Data(bytes).base64EncodedString())
        case .quantity: return .string(try ScalarMessage(bytes).text(1))
        case .intOrString:
            let scalar = try ScalarMessage(bytes)
            return scalar.number(1) == 0
                ? .int(Int64(Int32(truncatingIfNeeded: scalar.number(2)))) : .string(scalar.text(3))
        case .time: return try time(bytes).map { .string($0.description) }
        case .microTime: return try time(bytes).map { .string($0.microTime) }
        case .json: return try json(try ScalarMessage(bytes).bytes(1), bytes.startIndex)
        case .strings:
            let items = ProtobufMessages.Field(name: "items", type: .list(.string), isKept: false)
            return try object(bytes, [1: items])["items"] ?? []
        case .message(let name): return try object(bytes, ProtobufMessages.message(named: name))
        case .list, .map, .int32, .int64, .boolean:
            throw ProtobufError(message: "a list within a list", offset: bytes.startIndex)
        }
    }

    private static func time(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) -> Timestamp? {
        guard !bytes.isEmpty else { return nil }
        let scalar = try ScalarMessage(bytes)
        let (nanoseconds, overflow) = scalar.number(1).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflow2) = nanoseconds.addingReportingOverflow(scalar.number(2))
        guard !overflow, !overflow2 else {
            throw ProtobufError(message: "the time is not between the years 1678 and 2262", offset: bytes.startIndex)
        }
        return Timestamp(nanoseconds: sum)
    }

    private static func json(_ bytes: ArraySlice<UInt8>, _ offset: Int) throws(ProtobufError) -> JSONValue? {
        guard !bytes.isEmpty else { return nil }
        do {
            return try JSONValue(parsing: Array(bytes))
        } catch {
            throw ProtobufError(message: "\(error)", offset: offset)
        }
    }

    private static func number(
        _ reader: inout ProtobufReader, _ wire: ProtobufReader.WireType
    ) throws(ProtobufError) -> Int64 {
        guard wire == .varint else { throw reader.unexpected(wire) }
        return Int64(bitPattern: try reader.varint())
    }

    private static func payload(
        _ reader: inout ProtobufReader, _ wire: ProtobufReader.WireType
    ) throws(ProtobufError) -> ArraySlice<UInt8> {
        guard wire == .bytes else { throw reader.unexpected(wire) }
        return try reader.bytes()
    }

    /// Go does not check strings either; what is not UTF-8 becomes U+FFFD in its JSON.
    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func isZero(_ value: JSONValue?) -> Bool {
        switch value {
        case nil, .bool(false), .int(0), .string(""): true
        default: false
        }
    }
}

/// A message of single numbers and strings, by field number; the last value counts.
struct ScalarMessage {
    private var numbers: [UInt64: UInt64] = [:]
    private var payloads: [UInt64: ArraySlice<UInt8>] = [:]

    init(_ bytes: ArraySlice<UInt8>) throws(ProtobufError) {
        var reader = ProtobufReader(bytes)
        while !reader.isAtEnd {
            switch try reader.tag() {
            case (let number, .varint): numbers[number] = try reader.varint()
            case (let number, .bytes): payloads[number] = try reader.bytes()
            case (_, let wire): try reader.skip(wire)
            }
        }
    }

    /// Zero when it is not there.
    func number(_ field: UInt64) -> Int64 { Int64(bitPattern: numbers[field] ?? 0) }

    /// Empty when it is not there.
    func bytes(_ field: UInt64) -> ArraySlice<UInt8> { payloads[field] ?? [] }

    func text(_ field: UInt64) -> String { String(decoding: bytes(field), as: UTF8.self) }
}
