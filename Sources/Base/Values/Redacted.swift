/// A secret: a token, a password, a private key. It prints as `[redacted]` however it is described, dumped or
/// interpolated, so that it cannot reach a log, an error or a status by accident.
///
/// Equality is by value and not in constant time: it tells a rotated credential from the one before, and must not
/// decide whether a caller knows a secret.
public struct Redacted<Value: Sendable>: Sendable {
    /// The secret itself. Every reader of this property answers for where it goes.
    public let exposed: Value

    public init(_ value: Value) { exposed = value }
}

extension Redacted: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "[redacted]" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [], displayStyle: .struct) }
}

extension Redacted: Equatable where Value: Equatable {}
extension Redacted: Hashable where Value: Hashable {}
