import KubeCore

/// The body of a request in `application/vnd.kubernetes.protobuf`: four magic bytes and a `runtime.Unknown`, a message
/// of the object's type and of the object as bytes.
enum ProtobufBody {
    static let mediaType = "application/vnd.kubernetes.protobuf"

    private static let magic: [UInt8] = Array("k8s".utf8) + [0]

    /// The object as JSON. Errors: 400 for malformed bytes, 415 for kinds that the table of messages lacks.
    static func json(_ body: [UInt8]) throws(Status) -> JSONValue {
        let result: JSONValue?
        do throws(ProtobufError) {
            result = try object(body)
        } catch {
            throw Status.badRequest("error decoding the body: \(error)")
        }
        guard let result else { throw Status.unsupportedMediaType("application/json") }
        return result
    }

    /// Nil for a kind that the table lacks.
    private static func object(_ body: [UInt8]) throws(ProtobufError) -> JSONValue? {
        guard body.starts(with: magic) else {
            throw ProtobufError(message: "the body does not begin with 'k8s' and a zero byte", offset: 0)
        }
        let envelope = try ScalarMessage(body.dropFirst(magic.count))
        guard envelope.bytes(3).isEmpty else {
            throw ProtobufError(
                message: "the object's content encoding must be empty, not '\(envelope.text(3))'", offset: magic.count)
        }
        let type = try ScalarMessage(envelope.bytes(1))
        let (apiVersion, kind) = (type.text(1), type.text(2))
        guard let message = ProtobufMessages.message(apiVersion: apiVersion, kind: kind) else { return nil }
        var object = try ProtobufDecoder.object(envelope.bytes(2), message)
        object["apiVersion"] = .string(apiVersion)
        object["kind"] = .string(kind)
        return object
    }
}
