public import KubeCore

/// A quantity as it was written, a number or a string.
///
/// It reads whatever the schema lets pass, also what `Quantity` finds too large: one resource that cannot be carried
/// out must not keep the others from being listed. Validation refuses it by name.
public struct QuantityText: Sendable, Hashable, Codable, CustomStringConvertible, ExpressibleByStringLiteral {
    private var written: IntOrString

    public init(_ text: String) { written = .string(text) }
    public init(_ quantity: Quantity) { written = .string(quantity.description) }
    public init(stringLiteral text: String) { self.init(text) }

    public init(from decoder: any Decoder) throws { written = try IntOrString(from: decoder) }
    public func encode(to encoder: any Encoder) throws { try written.encode(to: encoder) }

    public var description: String {
        switch written {
        case .int(let value): String(value)
        case .string(let text): text
        }
    }

    /// The value; nil when it is no quantity or beyond ±2^63-1.
    public var quantity: Quantity? { Quantity(description) }
}
