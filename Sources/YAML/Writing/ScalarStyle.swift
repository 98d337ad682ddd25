import KubeCore

/// How a string is written so that every YAML reader, of 1.1 and of 1.2, reads the same string.
enum ScalarStyle: Equatable {
    case plain
    case doubleQuoted
    /// A literal block; the associated value is its header, `|`, `|-` or `|+`.
    case literal(header: String)

    /// - Parameter isKey: keys stay on one line.
    init(for text: String, isKey: Bool = false) {
        if !isKey, let header = Self.literalHeader(text) {
            self = .literal(header: header)
        } else {
            self = Self.isSafePlain(text) ? .plain : .doubleQuoted
        }
    }

    // MARK: Plain

    private static func isSafePlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last else { return false }
        guard !text.unicodeScalars.contains(where: { !isPrintable($0) || $0 == "\t" }) else { return false }
        guard first != UInt8(ascii: " "), last != UInt8(ascii: " "), last != UInt8(ascii: ":") else { return false }
        guard !startsWithIndicator(text, first), !isAmbiguous(text, first) else { return false }
        return !hasPair(text, ":", " ") && !hasPair(text, " ", "#")
    }

    private static func startsWithIndicator(_ text: String, _ first: UInt8) -> Bool {
        switch first {
        case UInt8(ascii: "-"), UInt8(ascii: "?"):
            text.utf8.dropFirst().first ?? 0x20 == 0x20 || text.hasPrefix("---")
        case UInt8(ascii: "."): text.hasPrefix("...")
        case UInt8(ascii: "="), UInt8(ascii: "<"): text == "=" || text == "<<"
        default: ",[]{}#&*!|>'\"%@`:".utf8.contains(first)
        }
    }

    /// Whether a reader might see a number, a boolean, null, a date or a base-60 number.
    private static func isAmbiguous(_ text: String, _ first: UInt8) -> Bool {
        switch first {
        case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
            if text.utf8.allSatisfy({ "0123456789_:.+-eEtTzZ ".utf8.contains($0) }) { return true }
        default: break
        }
        guard case .string? = try? ScalarResolver.plain(text) else { return true }
        return false
    }

    private static func hasPair(_ text: String, _ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Bool {
        zip(text.unicodeScalars, text.unicodeScalars.dropFirst()).contains { $0 == first && $1 == second }
    }

    /// What may stand unescaped. Line separators of YAML 1.1 and byte-order marks may not.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF:
            scalar.value != 0x2028 && scalar.value != 0x2029 && scalar.value != 0xFEFF
        default: false
        }
    }

    // MARK: Literal

    private static func literalHeader(_ text: String) -> String? {
        guard text.utf8.contains(0x0A), let first = text.unicodeScalars.first, first != " ", first != "\n" else {
            return nil
        }
        guard text.unicodeScalars.allSatisfy({ $0 == "\n" || isPrintable($0) }) else { return nil }
        guard first != "\t", !hasPair(text, "\n", "\t") else { return nil }
        if !text.hasSuffix("\n") { return "|-" }
        return text.utf8.suffix(2).elementsEqual([0x0A, 0x0A]) ? "|+" : "|"
    }

    // MARK: Double-quoted

    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where isPrintable(scalar): quoted.unicodeScalars.append(scalar)
            default: quoted += escape(scalar.value)
            }
        }
        return quoted + "\""
    }

    private static func escape(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        let (letter, width) = value <= 0xFF ? ("x", 2) : value <= 0xFFFF ? ("u", 4) : ("U", 8)
        return "\\\(letter)" + String(repeating: "0", count: width - digits.count) + digits
    }
}
