/// A broken invariant, by its number in the design.
public struct Violation: Hashable, Sendable, CustomStringConvertible {
    public var invariant: Int
    public var message: String

    public var description: String { "invariant \(invariant): \(message)" }
}
