internal import KubeCore

/// A line that is no recorded sequence.
public struct RecordingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Counted from 1.
    public let line: Int
    /// Names the field and what would be right.
    public let problem: String

    public init(line: Int, problem: String) {
        self.line = line
        self.problem = problem
    }

    public var description: String { "line \(line): \(problem)" }

    init(line: Int, text: String, _ error: any Error) {
        self.init(line: line, problem: Self.problem(text, error))
    }

    private static func problem(_ text: String, _ error: any Error) -> String {
        switch error as? DecodingError {
        case .keyNotFound(let key, let context): return "\(path(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            if context.codingPath.isEmpty { return problemOfTheWhole(text) }
            return "\(path(context.codingPath)): \(context.debugDescription)"
        default: return "\(error)"
        }
    }

    /// What a decoder only calls invalid as a whole.
    private static func problemOfTheWhole(_ text: String) -> String {
        do throws(JSONParseError) {
            guard try JSONValue(parsing: text).objectValue != nil else { return "it is no JSON object" }
            return "a number is not whole or does not fit: replicas have 32 bits, values 64"
        } catch {
            return "\(error)"
        }
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce("") { text, key in
            if let index = key.intValue { return "\(text)[\(index)]" }
            return text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)"
        }
    }
}
