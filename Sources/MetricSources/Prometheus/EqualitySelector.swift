/// `metric{a="x",b="y"}`: a metric's name, and labels that must each have one value; what merging understands of PromQL.
///
/// Read strictly: what this accepts is valid PromQL and means what it says, so that a question is never answered that
/// the server would have refused. What it does not accept is asked as it stands.
struct EqualitySelector: Sendable, Hashable {
    /// Selectors of one shape differ in values only.
    struct Shape: Sendable, Hashable {
        var metric: String
        /// Sorted, each once.
        var labels: [String]
    }

    /// A label's value in UTF-8. Bytes, as Prometheus compares them: to a `String` two spellings of "é" are equal.
    typealias LabelValue = [UInt8]

    let shape: Shape
    /// For each of the shape's labels, none empty: an empty value matches series without the label.
    let values: [LabelValue]

    /// - Returns: nil for any other query, also for one without a name or without a label.
    init?(_ query: String) {
        var scanner = Scanner(rest: query.utf8[...])
        scanner.skipSpace()
        guard let metric = scanner.name(colons: true), let matchers = scanner.matchers(), scanner.isAtEnd else {
            return nil
        }
        let sorted = matchers.sorted { $0.label < $1.label }
        // A label that is named twice may contradict itself. The name may be given only once.
        for (matcher, next) in zip(sorted, sorted.dropFirst()) where matcher.label == next.label { return nil }
        guard !sorted.isEmpty, sorted.allSatisfy({ !$0.value.isEmpty && $0.label != "__name__" }) else { return nil }
        shape = Shape(metric: metric, labels: sorted.map(\.label))
        values = sorted.map(\.value)
    }
}

extension EqualitySelector {
    /// Reads the parts of a selector. nil: it is not there, or is more than merging understands.
    private struct Scanner {
        var rest: Substring.UTF8View

        /// Trailing space aside.
        var isAtEnd: Bool { rest.allSatisfy(Self.isSpace) }

        mutating func skipSpace() { rest = rest.drop(while: Self.isSpace) }

        /// `{a="x",b="y"}`, with a comma after the last one or without.
        mutating func matchers() -> [(label: String, value: LabelValue)]? {
            guard skip("{") else { return nil }
            var matchers: [(label: String, value: LabelValue)] = []
            while !skip("}") {
                guard let label = name(colons: false), skip("="), let value = string() else { return nil }
                matchers.append((label, value))
                guard skip(",") || rest.first == UInt8(ascii: "}") else { return nil }
            }
            return matchers
        }

        /// Of ASCII letters, digits and underscores. Only a metric may have colons.
        mutating func name(colons: Bool) -> String? {
            let name = rest.prefix { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): true
                default: byte == UInt8(ascii: ":") && colons
                }
            }
            // A digit begins a number, and these two words are numbers.
            guard let first = name.first, !(0x30...0x39).contains(first) else { return nil }
            let text = String(Substring(name))
            guard !colons || !["nan", "inf"].contains(text.lowercased()) else { return nil }
            rest = rest[name.endIndex...]
            skipSpace()
            return text
        }

        /// Whether a character is next, which is then skipped, with the space behind it.
        private mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            skipSpace()
            return true
        }

        /// A quoted value, and the space behind it.
        private mutating func string() -> LabelValue? {
            guard let quote = rest.popFirst(), "\"'`".utf8.contains(quote) else { return nil }
            let isRaw = quote == UInt8(ascii: "`")
            var value: LabelValue = []
            while let byte = rest.popFirst() {
                switch byte {
                case quote:
                    skipSpace()
                    return value
                case UInt8(ascii: "\\") where !isRaw:
                    guard let escaped = escape(in: quote) else { return nil }
                    value.append(escaped)
                // A line's end is refused within plain quotes, and a carriage return is lost within raw ones.
                case UInt8(ascii: "\n") where !isRaw, UInt8(ascii: "\r"): return nil
                default: value.append(byte)
                }
            }
            return nil
        }

        /// The usual escapes. Of a code point by number, which nobody writes in a selector, nothing is made.
        private mutating func escape(in quote: UInt8) -> UInt8? {
            switch rest.popFirst() {
            case UInt8(ascii: "n"): UInt8(ascii: "\n")
            case UInt8(ascii: "r"): UInt8(ascii: "\r")
            case UInt8(ascii: "t"): UInt8(ascii: "\t")
            case UInt8(ascii: "\\"): UInt8(ascii: "\\")
            case quote: quote
            default: nil
            }
        }

        private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
    }
}
