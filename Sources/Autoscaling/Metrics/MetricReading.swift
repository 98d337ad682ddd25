public import KubeCore

/// What a source said of one metric at one tick.
public enum MetricReading: Sendable, Hashable {
    /// Zero or more samples; none at all is what `onEmpty` is about.
    case samples([MetricSample])
    /// The source could not be read, and why.
    case failed(String)
}

/// One value of a metric.
public struct MetricSample: Sendable, Hashable {
    public enum Value: Sendable, Hashable {
        /// Thousandths.
        case milli(Int64)
        /// A quotient of nothing by nothing: a source's way to say that there is nothing to measure.
        case notANumber
        /// A value that is no load: infinite, or beyond 64 bits of thousandths. The text is for the message.
        case unusable(String)
    }

    public var value: Value
    /// When it was true, by the source's own account; nil where the source does not say.
    public var timestamp: Timestamp?

    public init(value: Value, timestamp: Timestamp? = nil) {
        self.value = value
        self.timestamp = timestamp
    }

    public init(milli: Int64, timestamp: Timestamp? = nil) { self.init(value: .milli(milli), timestamp: timestamp) }
}
