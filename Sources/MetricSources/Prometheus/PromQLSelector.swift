/// A PromQL query that is one instant vector selector and nothing else: `metric`, `metric{label="value"}` or `{…}`.
///
/// Of such a query `timestamp()` gives the time of each sample. Of a computed one (`rate`, `sum`, an operator) it gives the
/// time of asking, which says nothing.
public struct PromQLSelector: Sendable, Hashable {
    public let query: String

    /// - Returns: nil for any other query.
    public init?(_ query: String) {
        var rest = Substring(query).utf8.drop(while: Self.isSpace)
        let name = rest.prefix { Self.isName($0) }
        if let first = name.first {
            // A digit begins a number; these two words are numbers.
            guard !(0x30...0x39).contains(first), !["nan", "inf"].contains(Substring(name).lowercased()) else {
                return nil
            }
        }
        rest = rest.dropFirst(name.count).drop(while: Self.isSpace)
        if rest.first == UInt8(ascii: "{") {
            guard let end = Self.end(ofMatchers: rest) else { return nil }
            rest = rest[end...].drop(while: Self.isSpace)
        } else if name.isEmpty {
            return nil
        }
        guard rest.isEmpty else { return nil }
        self.query = query
    }

    /// Asks for the times of the samples.
    public var timestampQuery: String { Self.timestampQuery(of: query) }

    /// - Parameter selector: a query that is a selector.
    static func timestampQuery(of selector: String) -> String { "timestamp(\(selector))" }

    /// After the closing brace, which is not within quotes.
    private static func end(ofMatchers text: Substring.UTF8View) -> Substring.UTF8View.Index? {
        var quote: UInt8?
        var isEscaped = false
        for index in text.indices {
            let byte = text[index]
            if let open = quote {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\"), open != UInt8(ascii: "`") {
                    isEscaped = true
                } else if byte == open {
                    quote = nil
                }
            } else if byte == UInt8(ascii: "}") {
                return text.index(after: index)
            } else if [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`")].contains(byte) {
                quote = byte
            }
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private static func isName(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || (0x30...0x3A).contains(byte) || byte == 0x5F
    }
}
