import KubeCore

/// Writes block style as kubectl does: two spaces a level, sequences level with their key.
struct YAMLWriter {
    private(set) var text = ""
    private let priority: [String: Int]

    /// YAML reads a key of at most 1,024 characters beside its colon; a longer one needs the `?` form.
    private static let maximumSimpleKey = 1000

    init(keyPriority: [String]) {
        priority = Dictionary(keyPriority.enumerated().map { ($1, $0) }, uniquingKeysWith: min)
    }

    mutating func writeDocument(_ value: JSONValue) {
        switch value {
        case .object(let members) where !members.isEmpty: write(members, indent: 0, isFirstLineIndented: false)
        case .array(let elements) where !elements.isEmpty: write(elements, indent: 0, isFirstLineIndented: false)
        default:
            write(scalar: value, indent: 2)
            text += "\n"
        }
    }

    /// - Parameter isFirstLineIndented: the cursor stands where the first key belongs, after `- `.
    private mutating func write(_ members: [String: JSONValue], indent: Int, isFirstLineIndented: Bool) {
        var isIndented = isFirstLineIndented
        for (key, value) in members.sorted(by: { order($0.key, $1.key) }) {
            if !isIndented { startLine(indent) }
            isIndented = false
            write(key: key, indent: indent)
            write(valueOfKey: value, indent: indent)
        }
    }

    private func order(_ left: String, _ right: String) -> Bool {
        (priority[left] ?? .max, left) < (priority[right] ?? .max, right)
    }

    private mutating func write(key: String, indent: Int) {
        let written = ScalarStyle(for: key, isKey: true) == .plain ? key : ScalarStyle.quoted(key)
        if written.utf8.count > Self.maximumSimpleKey {
            text += "? " + written + "\n"
            startLine(indent)
            text += ":"
        } else {
            text += written + ":"
        }
    }

    private mutating func write(valueOfKey value: JSONValue, indent: Int) {
        switch value {
        case .object(let members) where !members.isEmpty:
            text += "\n"
            write(members, indent: indent + 2, isFirstLineIndented: false)
        case .array(let elements) where !elements.isEmpty:
            text += "\n"
            write(elements, indent: indent, isFirstLineIndented: false)
        default:
            text += " "
            write(scalar: value, indent: indent + 2)
            text += "\n"
        }
    }

    private mutating func write(_ elements: [JSONValue], indent: Int, isFirstLineIndented: Bool) {
        var isIndented = isFirstLineIndented
        for element in elements {
            if !isIndented { startLine(indent) }
            isIndented = false
            text += "- "
            switch element {
            case .object(let members) where !members.isEmpty:
                write(members, indent: indent + 2, isFirstLineIndented: true)
            case .array(let elements) where !elements.isEmpty:
                write(elements, indent: indent + 2, isFirstLineIndented: true)
            default:
                write(scalar: element, indent: indent + 2)
                text += "\n"
            }
        }
    }

    /// Writes what fits behind `key: ` or `- `. A block ends without the newline that the caller writes.
    private mutating func write(scalar value: JSONValue, indent: Int) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .int(let value): text += String(value)
        case .double(let value): text += Self.written(value)
        case .string(let value): write(string: value, indent: indent)
        case .array: text += "[]"
        case .object: text += "{}"
        }
    }

    private mutating func write(string: String, indent: Int) {
        switch ScalarStyle(for: string) {
        case .plain: text += string
        case .doubleQuoted: text += ScalarStyle.quoted(string)
        case .literal(let header):
            text += header
            let body = header == "|-" ? Substring(string) : string.dropLast()
            for line in body.split(separator: "\n", omittingEmptySubsequences: false) {
                text += "\n"
                if !line.isEmpty { startLine(indent) }
                text += line
            }
        }
    }

    /// As in JSON: whole doubles as integers, what JSON cannot express as null. With a point, which YAML 1.1 asks of
    /// a float.
    private static func written(_ number: Double) -> String {
        if let integer = Int64(exactly: number) { return String(integer) }
        guard number.isFinite else { return "null" }
        let text = String(number)
        guard !text.contains("."), let exponent = text.firstIndex(of: "e") else { return text }
        return text[..<exponent] + ".0" + text[exponent...]
    }

    private mutating func startLine(_ indent: Int) {
        text += String(repeating: " ", count: indent)
    }
}
