import Base
import KubeCore

/// A `pattern` of a schema: a regular expression of Go's kind (RE2), found anywhere in a text.
struct SchemaPattern {
    private let regex: Regex<AnyRegexOutput>
    /// Levels of groups. RE2 stops at 1000; the compiler of patterns recurses on a small stack here.
    static let maximumDepth = 50

    /// Nil when the pattern is none, or uses what RE2 does not have: look-around and back-references.
    init?(_ pattern: String) {
        guard Self.depth(of: pattern) <= Self.maximumDepth else { return nil }
        let foreign = /\(\?(=|!|<=|<!|>)|\\[1-9]|\\k/
        // A pair of backslashes is a literal one, and escapes nothing.
        guard pattern.replacing("\\\\", with: "").firstMatch(of: foreign) == nil,
            let regex = try? Regex(pattern.replacing("(?P<", with: "(?<"))
        else { return nil }
        self.regex = regex.matchingSemantics(.unicodeScalar).asciiOnlyDigits().asciiOnlyWordCharacters()
            .asciiOnlyWhitespace()
    }

    /// How deep groups and character classes are nested, counting every bracket that no backslash escapes.
    private static func depth(of pattern: String) -> Int {
        var depth = 0
        var deepest = 0
        var isEscaped = false
        for byte in pattern.utf8 {
            switch byte {
            case _ where isEscaped: isEscaped = false
            case UInt8(ascii: "\\"): isEscaped = true
            case UInt8(ascii: "("), UInt8(ascii: "["):
                depth += 1
                deepest = max(deepest, depth)
            case UInt8(ascii: ")"), UInt8(ascii: "]"): depth = max(0, depth - 1)
            default: break
            }
        }
        return deepest
    }

    func matches(_ text: String) -> Bool { text.firstMatch(of: regex) != nil }

    /// Patterns that were read, since reading one takes far longer than matching it.
    private static let cache = Lock<[String: SchemaPattern?]>([:])
    private static let maximumCached = 1000

    /// Whether a pattern can be read and a text has it.
    static func matches(_ text: String, pattern: String) -> Bool {
        cache.withLock { cache in
            if let known = cache[pattern] { return known?.matches(text) ?? false }
            let read = SchemaPattern(pattern)
            if cache.count >= maximumCached { cache = [:] }
            cache[pattern] = .some(read)
            return read?.matches(text) ?? false
        }
    }

    /// The patterns of one schema node, and of the combinations in it, that cannot be read.
    static func errors(_ schema: JSONValue, path: String) -> [FieldError] {
        var errors: [FieldError] = []
        if let pattern = schema["pattern"]?.stringValue, !pattern.isEmpty, SchemaPattern(pattern) == nil {
            errors.append(
                .invalid(
                    "\(path).pattern", .string(pattern),
                    "must be a valid regular expression, but isn't: it cannot be read as RE2 syntax"))
        }
        for name in ["allOf", "anyOf", "oneOf"] {
            for (index, part) in (schema[name]?.arrayValue ?? []).enumerated() {
                errors += combined(part, path: "\(path).\(name)[\(index)]")
            }
        }
        if let excluded = schema["not"] { errors += combined(excluded, path: "\(path).not") }
        return errors
    }

    /// A schema inside a combination may have members and elements of its own, which no structural rule visits.
    private static func combined(_ schema: JSONValue, path: String) -> [FieldError] {
        var errors = Self.errors(schema, path: path)
        for (name, child) in (schema["properties"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            errors += combined(child, path: "\(path).properties[\(name)]")
        }
        if let items = schema["items"] { errors += combined(items, path: "\(path).items") }
        return errors
    }
}
