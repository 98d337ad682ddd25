public import KubeCore

/// YAML: documents to `JSONValue` and back, through libyaml's event parser.
///
///     Reading/   EventStream (libyaml), DocumentBuilder (events to values), ScalarResolver (what plain text means)
///     Writing/   YAMLWriter (block style), ScalarStyle (when a string needs quotes)
///
/// Plain scalars mean what they mean to sigs.k8s.io/yaml, the reader behind kubectl and client-go; see
/// `ScalarResolver`. Input may come from anyone: size, depth and the expansion of aliases are bounded.
public enum YAML {
    /// Bytes of one text. The API server refuses requests above 3 MiB; a file may hold several objects.
    public static let maximumSize = 16 << 20

    /// Levels of nested sequences and mappings, as of JSON.
    public static let maximumDepth = JSONParser.maximumDepth

    /// What the documents of one text may weigh with aliases expanded: a byte for each node and for each byte of a
    /// scalar. A text without aliases cannot reach it.
    public static let maximumExpandedWeight = 64 << 20

    /// Reads a text of at most one document. An empty one is null.
    ///
    /// Mappings become objects; keys that are integers, booleans or floats become strings, as in Kubernetes. Merge
    /// keys (`<<`) are applied; a key beside one wins over it. Errors: `YAMLError` with line and column, also for a
    /// duplicate key, a second document, an unknown tag, a null or structured key, and each of the bounds above.
    public static func parse(_ text: String) throws(YAMLError) -> JSONValue {
        try parse(bytes: Array(text.utf8))
    }

    /// `parse` for bytes as they were read: UTF-8, or UTF-16 with a byte-order mark.
    public static func parse(bytes: [UInt8]) throws(YAMLError) -> JSONValue {
        let documents = try documents(bytes)
        if documents.count > 1 {
            throw YAMLError("expected one document, found another", at: documents[1].position)
        }
        return documents.first?.value ?? .null
    }

    /// Reads every document of a text. Those that are empty, such as a comment between two `---`, are left out, as
    /// kubectl does. Errors as of `parse`.
    public static func parseAll(_ text: String) throws(YAMLError) -> [JSONValue] {
        try parseAll(bytes: Array(text.utf8))
    }

    /// `parseAll` for bytes as they were read.
    public static func parseAll(bytes: [UInt8]) throws(YAMLError) -> [JSONValue] {
        try documents(bytes).map(\.value)
    }

    /// Writes a value in block style, ending in a newline. The same value always gives the same text.
    ///
    /// - Parameter keyPriority: keys that come first in an object, in this order; the others follow sorted.
    public static func write(
        _ value: JSONValue, keyPriority: [String] = ["apiVersion", "kind", "metadata", "spec", "status"]
    ) -> String {
        var writer = YAMLWriter(keyPriority: keyPriority)
        writer.writeDocument(value)
        return writer.text
    }

    private static func documents(_ bytes: [UInt8]) throws(YAMLError) -> [DocumentBuilder.Document] {
        guard bytes.count <= maximumSize else {
            throw YAMLError("\(bytes.count) bytes; at most \(maximumSize) are read", at: .start)
        }
        return try bytes.withUnsafeBufferPointer { buffer throws(YAMLError) in
            let stream = try EventStream(buffer)
            var builder = DocumentBuilder()
            return try builder.documents(of: stream).filter { !$0.value.isNull }
        }
    }
}
