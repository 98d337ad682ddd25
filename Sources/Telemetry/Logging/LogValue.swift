public import Base

/// The value of a field in a log line.
public enum LogValue: Sendable, Hashable {
    case string(String)
    case int(Int64)
    case double(Double)
    case bool(Bool)
    case null
}

/// What can be the value of a field: strings, numbers, booleans, durations, secrets (redacted), optionals of these.
/// Anything else goes in as a string: `"\(value)"`.
public protocol LogFieldValue: Sendable {
    var logValue: LogValue { get }
}

extension LogValue: LogFieldValue {
    public var logValue: LogValue { self }
}

extension String: LogFieldValue {
    public var logValue: LogValue { .string(self) }
}

extension Substring: LogFieldValue {
    public var logValue: LogValue { .string(String(self)) }
}

extension Bool: LogFieldValue {
    public var logValue: LogValue { .bool(self) }
}

extension Double: LogFieldValue {
    public var logValue: LogValue { .double(self) }
}

extension LogFieldValue where Self: BinaryInteger {
    public var logValue: LogValue { Int64(exactly: self).map(LogValue.int) ?? .string(String(self)) }
}

extension Int: LogFieldValue {}
extension Int32: LogFieldValue {}
extension Int64: LogFieldValue {}
extension UInt16: LogFieldValue {}
extension UInt64: LogFieldValue {}

extension Duration: LogFieldValue {
    /// Seconds.
    public var logValue: LogValue { .double(self / .seconds(1)) }
}

extension Redacted: LogFieldValue {
    public var logValue: LogValue { .string(description) }
}

extension Optional: LogFieldValue where Wrapped: LogFieldValue {
    public var logValue: LogValue { map(\.logValue) ?? .null }
}
