/// A configuration that cannot be used: where the fault is, and what would be right.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file or environment variable, when there is one.
    public let source: String?
    /// The field in it, such as `users[admin].token`, when there is one.
    public let field: String?
    public let message: String

    public init(source: String? = nil, field: String? = nil, _ message: String) {
        self.source = source
        self.field = field
        self.message = message
    }

    public var description: String {
        [source, field, message].compactMap { $0 }.joined(separator: ": ")
    }
}
