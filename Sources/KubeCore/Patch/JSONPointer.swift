/// A JSON Pointer (RFC 6901): the reference tokens on the way to a value.
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    public var tokens: [String]

    public init(tokens: [String]) { self.tokens = tokens }

    /// Reads `/a/b~1c`. Nil when the text is neither empty nor begins with a slash, or has a bad escape.
    public init?(_ text: String) {
        guard !text.isEmpty else {
            tokens = []
            return
        }
        // Scalars, not characters: a slash before a combining mark is a slash.
        guard text.unicodeScalars.first == "/" else { return nil }
        tokens = []
        for part in text.unicodeScalars.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let token = Self.unescape(part) else { return nil }
            tokens.append(token)
        }
    }

    public var description: String {
        tokens.map { token in
            var escaped = "/"
            for scalar in token.unicodeScalars {
                switch scalar {
                case "~": escaped += "~0"
                case "/": escaped += "~1"
                default: escaped.unicodeScalars.append(scalar)
                }
            }
            return escaped
        }.joined()
    }

    private static func unescape(_ part: Substring.UnicodeScalarView) -> String? {
        var token = ""
        var iterator = part.makeIterator()
        while let scalar = iterator.next() {
            guard scalar == "~" else {
                token.unicodeScalars.append(scalar)
                continue
            }
            switch iterator.next() {
            case "0": token.append("~")
            case "1": token.append("/")
            default: return nil
            }
        }
        return token
    }
}
