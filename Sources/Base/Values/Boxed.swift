/// A value on the heap: a table of large values would hold its empty places at their full size, too, and move them all
/// whenever it grows.
public final class Boxed<Value: Sendable>: Sendable {
    public let value: Value

    public init(_ value: Value) { self.value = value }
}
