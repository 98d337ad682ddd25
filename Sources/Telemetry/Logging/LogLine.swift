internal import Glibc

/// One line before it is written: its parts, and their two forms.
struct LogLine {
    var time: Int64
    var level: LogLevel
    var logger: String
    var message: String
    var fields: [(key: String, value: LogValue)]

    /// Container runtimes split lines at 16 KiB; no value may fill one by itself.
    static let maximumValueBytes = 4096
    /// Fields past this length of the line are left out, and the line says so.
    static let maximumLineBytes = 15 * 1024

    func bytes(_ format: LogFormat) -> [UInt8] {
        var line = format == .text ? text() : json()
        line.append(UInt8(ascii: "\n"))
        return line
    }

    // MARK: - Text

    private func text() -> [UInt8] {
        var line = Array("\(Self.format(time)) \(level)".utf8)
        if !logger.isEmpty { line += " \(Self.escaped(logger))".utf8 }
        line += " \(Self.escaped(Self.cut(message)))".utf8
        for (key, value) in fields {
            let field = " \(Self.quotedIfNeeded(key))=\(Self.text(value))"
            guard line.count + field.utf8.count <= Self.maximumLineBytes else {
                line += " truncated=true".utf8
                break
            }
            line += field.utf8
        }
        return line
    }

    private static func text(_ value: LogValue) -> String {
        switch value {
        case .string(let string): quotedIfNeeded(cut(string))
        case .int(let int): String(int)
        case .double(let double): String(double)
        case .bool(let bool): String(bool)
        case .null: "null"
        }
    }

    private static func quotedIfNeeded(_ string: String) -> String {
        let isPlain =
            !string.isEmpty
            && string.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x3D && $0 != 0x5C }
        return isPlain ? string : "\"\(escaped(string, quotes: true))\""
    }

    // MARK: - JSON

    /// The keys that every line has; a field of the same name gets an underscore.
    private static let reserved: Set<String> = ["ts", "level", "logger", "msg", "truncated"]

    private func json() -> [UInt8] {
        var line = Array("{\"ts\":\"\(Self.format(time))\",\"level\":\"\(level)\"".utf8)
        if !logger.isEmpty { line += ",\"logger\":\(Self.json(.string(logger)))".utf8 }
        line += ",\"msg\":\(Self.json(.string(message)))".utf8
        for (key, value) in fields {
            let key = Self.reserved.contains(key) ? key + "_" : key
            let field = ",\(Self.json(.string(key))):\(Self.json(value))"
            guard line.count + field.utf8.count <= Self.maximumLineBytes else {
                line += ",\"truncated\":true".utf8
                break
            }
            line += field.utf8
        }
        line.append(UInt8(ascii: "}"))
        return line
    }

    private static func json(_ value: LogValue) -> String {
        switch value {
        case .string(let string): "\"\(escaped(cut(string), quotes: true))\""
        case .int(let int): String(int)
        case .double(let double): double.isFinite ? String(double) : "\"\(double)\""
        case .bool(let bool): String(bool)
        case .null: "null"
        }
    }

    // MARK: - Both

    /// Escapes what could end a line, move a terminal's cursor or, with `quotes`, end a string.
    private static func escaped(_ string: String, quotes: Bool = false) -> String {
        var result = ""
        result.reserveCapacity(string.utf8.count)
        for scalar in string.unicodeScalars {
            switch scalar.value {
            case 0x0A: result += "\\n"
            case 0x0D: result += "\\r"
            case 0x09: result += "\\t"
            case 0x22 where quotes: result += "\\\""
            case 0x5C where quotes: result += "\\\\"
            case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The string up to the limit, on a character's edge, and how much is missing.
    private static func cut(_ string: String) -> String {
        let length = string.utf8.count
        guard length > maximumValueBytes else { return string }
        var end = string.utf8.index(string.startIndex, offsetBy: maximumValueBytes)
        while end > string.startIndex, end.samePosition(in: string.unicodeScalars) == nil {
            string.utf8.formIndex(before: &end)
        }
        return "\(string[..<end])…(\(length) bytes)"
    }

    /// RFC 3339 in UTC with milliseconds.
    private static func format(_ nanoseconds: Int64) -> String {
        let seconds = nanoseconds >= 0 ? nanoseconds / 1_000_000_000 : (nanoseconds - 999_999_999) / 1_000_000_000
        var time = time_t(seconds)
        var civil = tm()
        gmtime_r(&time, &civil)
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let date =
            "\(padded(Int(civil.tm_year) + 1900, 4))-\(padded(Int(civil.tm_mon) + 1, 2))-\(padded(Int(civil.tm_mday), 2))"
        let clock = "\(padded(Int(civil.tm_hour), 2)):\(padded(Int(civil.tm_min), 2)):\(padded(Int(civil.tm_sec), 2))"
        return "\(date)T\(clock).\(padded(Int((nanoseconds - seconds * 1_000_000_000) / 1_000_000), 3))Z"
    }
}
