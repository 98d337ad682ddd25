import FoundationEssentials
import KubeCore

@testable import ClusterSimulator

/// Writes objects as protobuf by the simulator's table: the other direction, for the tests alone.
enum ProtobufEncoder {
    /// A request's body.
    static func body(_ object: JSONValue, encoding: String = "") throws -> [UInt8] {
        let apiVersion = object["apiVersion"]?.stringValue ?? ""
        let kind = object["kind"]?.stringValue ?? ""
        let message = ProtobufMessages.message(apiVersion: apiVersion, kind: kind) ?? [:]
        let type = field(1, text: apiVersion) + field(2, text: kind)
        return Array("k8s\0".utf8) + field(1, type) + field(2, encode(object, message)) + field(3, text: encoding)
            + field(4, [])
    }

    static func encode(_ object: JSONValue, _ message: ProtobufMessages.Message) -> [UInt8] {
        message.sorted { $0.key < $1.key }.flatMap { number, definition -> [UInt8] in
            guard let name = definition.name else {
                guard case .message(let inner) = definition.type else { return [] }
                return field(number, encode(object, ProtobufMessages.message(named: inner)))
            }
            guard let value = object[name] else { return [] }
            switch definition.type {
            case .list(let element):
                return (value.arrayValue ?? []).flatMap { encode($0, element, number) }
            case .map(let values):
                return (value.objectValue ?? [:]).flatMap { key, value in
                    field(number, field(1, text: key) + encode(value, values, 2))
                }
            default: return encode(value, definition.type, number)
            }
        }
    }

    private static func encode(
        _ value: JSONValue, _ type: ProtobufMessages.FieldType, _ number: UInt64
    ) -> [UInt8] {
        let text = value.stringValue ?? ""
        switch type {
        case .string: return field(number, text: text)
        case .bytes: return field(number, Array(Data(base64Encoded: text) ?? Data()))
        case .int32, .int64: return field(number, value.intValue ?? 0)
        case .boolean: return field(number, value.boolValue == true ? 1 : 0)
        case .quantity: return field(number, field(1, text: text))
        case .intOrString:
            let isText = value.stringValue != nil
            return field(number, field(1, isText ? 1 : 0) + field(2, value.intValue ?? 0) + field(3, text: text))
        case .time, .microTime:
            let time = Timestamp(text) ?? Timestamp(nanoseconds: 0)
            let nanoseconds = time.nanoseconds - time.seconds * 1_000_000_000
            return field(number, field(1, time.seconds) + field(2, nanoseconds))
        case .json: return field(number, field(1, value.serialized()))
        case .strings:
            return field(number, (value.arrayValue ?? []).flatMap { field(1, text: $0.stringValue ?? "") })
        case .message(let name): return field(number, encode(value, ProtobufMessages.message(named: name)))
        case .list, .map: return []
        }
    }

    // MARK: Wire format

    static func field(_ number: UInt64, _ payload: [UInt8]) -> [UInt8] {
        varint(number << 3 | 2) + varint(UInt64(payload.count)) + payload
    }

    static func field(_ number: UInt64, text: String) -> [UInt8] { field(number, Array(text.utf8)) }

    static func field(_ number: UInt64, _ value: Int64) -> [UInt8] {
        varint(number << 3) + varint(UInt64(bitPattern: value))
    }

    static func varint(_ value: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }
}
