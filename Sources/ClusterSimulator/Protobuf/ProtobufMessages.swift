/// The protobuf messages of the built-in kinds, read from a compact table.
///
/// The notation, a line a message: `name field=<number>[!]<type> ...`, where `!` marks a field that stays in JSON when
/// it is zero, as a pointer in Go does. The field `+` has no name of its own: its fields are those of the message around
/// it. Types: `s` string, `y` bytes, `j` int32, `i` int64, `b` boolean, `q` quantity, `x` int or string, `t` time, `u`
/// micro time, `r` JSON in bytes, `w` strings in a message, `@name` another message, `[type]` repeated, and `<type>` a
/// map from strings.
enum ProtobufMessages {
    /// The fields by number.
    typealias Message = [UInt64: Field]

    struct Field: Equatable, Sendable {
        /// Nil for a message whose fields are those of the message around it.
        var name: String?
        var type: FieldType
        /// Whether JSON has the field when its value is zero.
        var isKept: Bool
    }

    indirect enum FieldType: Equatable, Sendable {
        case string, bytes, int32, int64, boolean, quantity, intOrString, time, microTime, json, strings
        case message(String)
        case list(FieldType)
        case map(FieldType)
    }

    /// The message of a kind; nil when it is not in the table.
    static func message(apiVersion: String, kind: String) -> Message? {
        // Every group has them.
        if kind == "DeleteOptions" { return all["meta.DeleteOptions"] }
        let parts = apiVersion.split(separator: "/")
        guard let version = parts.last, parts.count <= 2 else { return nil }
        let group = parts.count == 1 ? "core" : parts[0].prefix { $0 != "." }
        let isOfKubernetes = parts.count == 1 || !parts[0].contains(".") || parts[0].hasSuffix(".k8s.io")
        return isOfKubernetes ? all["\(group).\(version).\(kind)"] : nil
    }

    /// A message that a field names. The table has it: the generator follows every reference.
    static func message(named name: String) -> Message { all[name] ?? [:] }

    static let all: [String: Message] = {
        var messages: [String: Message] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            var message: Message = [:]
            for word in words.dropFirst() {
                guard let (number, field) = field(word) else { continue }
                message[number] = field
            }
            messages[String(words[0])] = message
        }
        return messages
    }()

    private static func field(_ word: Substring) -> (UInt64, Field)? {
        let sides = word.split(separator: "=", maxSplits: 1)
        guard sides.count == 2 else { return nil }
        let digits = sides[1].prefix { $0.isNumber }
        var notation = sides[1].dropFirst(digits.count)
        let isKept = notation.first == "!"
        if isKept { notation.removeFirst() }
        guard let number = UInt64(digits), let type = type(notation) else { return nil }
        return (number, Field(name: sides[0] == "+" ? nil : String(sides[0]), type: type, isKept: isKept))
    }

    private static func type(_ notation: Substring) -> FieldType? {
        switch notation.first {
        case "s": .string
        case "y": .bytes
        case "j": .int32
        case "i": .int64
        case "b": .boolean
        case "q": .quantity
        case "x": .intOrString
        case "t": .time
        case "u": .microTime
        case "r": .json
        case "w": .strings
        case "@": .message(String(notation.dropFirst()))
        case "[": type(notation.dropFirst().dropLast()).map(FieldType.list)
        case "<": type(notation.dropFirst().dropLast()).map(FieldType.map)
        default: nil
        }
    }
}
