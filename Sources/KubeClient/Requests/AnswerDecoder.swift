internal import FoundationEssentials
internal import KubeCore

/// Reads answers into the type that was asked for.
enum AnswerDecoder {
    static func decode<Value: Decodable>(
        _ bytes: some ContiguousBytes & Collection<UInt8>, as type: Value.Type
    ) throws(KubeError) -> Value {
        do {
            // A generic value has a parser of its own, several times as fast as the decoder.
            if type == JSONValue.self, let value = try JSONValue(parsing: Array(bytes)) as? Value { return value }
            if let type = type as? any JSONReadable.Type, let value = read(Array(bytes), as: type) as? Value {
                return value
            }
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw .decoding(DecodingFailure(error, type: type))
        }
    }

    /// Nil for what the reader does not take: the decoder says why, or knows better.
    private static func read<Value: JSONReadable>(_ bytes: [UInt8], as type: Value.Type) -> Value? {
        do {
            return try JSONReader.read(bytes, as: type)
        } catch {
            return nil
        }
    }
}
