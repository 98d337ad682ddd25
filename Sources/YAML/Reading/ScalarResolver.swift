import KubeCore

/// What the text of a scalar means: YAML 1.1 as sigs.k8s.io/yaml (go-yaml v2) reads it, then through JSON as the API
/// server does.
///
/// - Quoted and block scalars are strings.
/// - `true yes on y` and `false no off n`, also capitalised or in capitals, are booleans.
/// - `~ null Null NULL` and nothing at all are null.
/// - Integers: decimal, `0x1F`, `0o17` and `017` (octal), `0b11`, with sign and `_` anywhere. `08` is the number 8.
/// - Floats: `1.5 .5 1. 1e3`. One that is whole becomes an integer, since JSON has no difference.
/// - Decimal numbers beyond 64 bits become doubles. `.inf` and `.nan` are errors: JSON has no such numbers.
/// - Dates and base-60 numbers (`12:30`) are strings, as is everything else.
///
/// Differences from go-yaml: `!!binary` and unknown tags are errors here instead of strings, and a `_` in a float that
/// starts with its point makes a string.
enum ScalarResolver {
    enum Failure: Error {
        case unknownTag(String)
        case wrongTag(text: String, tag: String)
        case notJSON(String)
    }

    private static let tagPrefix = "tag:yaml.org,2002:"

    static func resolve(_ scalar: EventStream.Scalar) throws(Failure) -> JSONValue {
        guard let tag = scalar.properties.tag else {
            return scalar.isPlain ? try plain(scalar.text) : .string(scalar.text)
        }
        switch tag {
        case "!", tagPrefix + "str": return .string(scalar.text)
        case tagPrefix + "int", tagPrefix + "float", tagPrefix + "bool", tagPrefix + "null":
            let value = try plain(scalar.text)
            guard value.fits(tag: tag.dropFirst(tagPrefix.count)) else {
                throw .wrongTag(text: scalar.text, tag: shortened(tag))
            }
            return value
        default: throw .unknownTag(shortened(tag))
        }
    }

    /// Errors: for a tag that says anything but `expected`, which is `map` or `seq`.
    static func check(tag: String?, is expected: String) throws(Failure) {
        guard let tag, tag != "!", tag != tagPrefix + expected else { return }
        throw .unknownTag(shortened(tag))
    }

    private static func shortened(_ tag: String) -> String {
        tag.hasPrefix(tagPrefix) ? "!!" + tag.dropFirst(tagPrefix.count) : tag
    }

    /// The value of an unquoted scalar without a tag.
    static func plain(_ text: String) throws(Failure) -> JSONValue {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y": return true
        case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N": return false
        case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN":
            throw .notJSON(text)
        default: break
        }
        switch text.utf8.first ?? 0 {
        case UInt8(ascii: "."):
            return float(text) ?? .string(text)
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"):
            let digits = text.filter { $0 != "_" }
            return integer(digits) ?? float(digits) ?? .string(text)
        default: return .string(text)
        }
    }
}

// MARK: - Numbers

extension ScalarResolver {
    /// Go's `strconv.ParseInt(text, 0, 64)`, and `ParseUint` after it.
    private static func integer(_ text: String) -> JSONValue? {
        guard let (sign, digits, radix) = parts(text) else { return nil }
        if let value = Int64(sign + digits, radix: radix) { return .int(value) }
        if sign.isEmpty, let value = UInt64(digits, radix: radix) { return .double(Double(value)) }
        return nil
    }

    private static func parts(_ text: String) -> (sign: String, digits: String, radix: Int)? {
        var digits = Substring(text)
        var sign = ""
        if let first = digits.first, first == "-" || first == "+" {
            sign = String(first)
            digits.removeFirst()
        }
        var radix = 10
        switch digits.prefix(2) {
        case "0x", "0X": radix = 16
        case "0o", "0O": radix = 8
        case "0b", "0B": radix = 2
        case let start where start.count == 2 && start.first == "0":
            return digitsOnly(sign, digits.dropFirst(), 8)
        default: return digitsOnly(sign, digits, radix)
        }
        return digitsOnly(sign, digits.dropFirst(2), radix)
    }

    /// Swift's integers accept a sign of their own, which must not follow the one already taken.
    private static func digitsOnly(_ sign: String, _ digits: Substring, _ radix: Int) -> (String, String, Int)? {
        guard let first = digits.first, first != "+", first != "-" else { return nil }
        return (sign, String(digits), radix)
    }

    /// `[-+]? (digits | digits . digits? | . digits) ([eE] [-+]? digits)?`
    private static func float(_ text: String) -> JSONValue? {
        var rest = Substring(text).utf8
        func skipDigits(_ rest: inout Substring.UTF8View) -> Int {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            rest = rest.dropFirst(digits.count)
            return digits.count
        }
        func skip(_ characters: StaticString, _ rest: inout Substring.UTF8View) -> Bool {
            let isThere = rest.first.map { byte in characters.withUTF8Buffer { $0.contains(byte) } } ?? false
            if isThere { rest.removeFirst() }
            return isThere
        }
        _ = skip("+-", &rest)
        let whole = skipDigits(&rest)
        let fraction = skip(".", &rest) ? skipDigits(&rest) : 0
        guard whole + fraction > 0 else { return nil }
        if skip("eE", &rest) {
            _ = skip("+-", &rest)
            guard skipDigits(&rest) > 0 else { return nil }
        }
        guard rest.isEmpty, let value = Double(text), value.isFinite else { return nil }
        return Int64(exactly: value).map(JSONValue.int) ?? .double(value)
    }
}

extension JSONValue {
    fileprivate func fits(tag: Substring) -> Bool {
        switch self {
        case .null: tag == "null"
        case .bool: tag == "bool"
        case .int: tag == "int" || tag == "float"
        case .double: tag == "float" || tag == "int"
        default: false
        }
    }
}
