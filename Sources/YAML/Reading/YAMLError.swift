/// Why a text could not be read, and where.
public struct YAMLError: Error, Hashable, CustomStringConvertible {
    /// What was wrong.
    public var message: String
    /// From 1.
    public var line: Int
    /// From 1, in characters.
    public var column: Int

    init(_ message: String, at position: Position) {
        self.message = message
        line = position.line
        column = position.column
    }

    public var description: String { "invalid YAML at line \(line), column \(column): \(message)" }
}

/// A place in a text, counted from 1.
struct Position: Hashable {
    var line: Int
    var column: Int

    static let start = Position(line: 1, column: 1)
}
