public import KubeCore

/// One question to one place: what a metric is now.
public protocol MetricSource: Sendable {
    /// Who is asked, what, and with which right. Equal identities may share one answer.
    var identity: MetricIdentity { get }

    /// Asks, within the source's own time-out. A cancelled task gets `MetricSourceError.cancelled`.
    func read() async throws(MetricSourceError) -> MetricResult
}

/// Who is asked, what, and with which right. Credentials are part of it: who may not ask must not get another's answer.
public struct MetricIdentity: Sendable, Hashable {
    public enum Place: Sendable, Hashable {
        case prometheus(PrometheusEndpoint)
        case externalMetrics
    }

    public var place: Place
    public var query: String

    public init(place: Place, query: String) {
        self.place = place
        self.query = query
    }

    /// Queries are compared by bytes: to a `String` two spellings of "é" are equal, to Prometheus they are two values.
    public static func == (left: MetricIdentity, right: MetricIdentity) -> Bool {
        left.place == right.place && left.query.utf8.elementsEqual(right.query.utf8)
    }
}

/// An answer.
public struct MetricResult: Sendable, Hashable {
    /// None at all is an answer too: nothing to measure, or nothing that the query matches.
    public var samples: [MetricSample]
    /// What the source had to remark although it answered.
    public var warnings: [String]

    public init(samples: [MetricSample], warnings: [String] = []) {
        self.samples = samples
        self.warnings = warnings
    }

    public var isEmpty: Bool { samples.isEmpty }
}

/// An answer, or why there is none.
typealias MetricOutcome = Result<MetricResult, MetricSourceError>

extension Result {
    /// What an asynchronous function returns or throws.
    static func catching(_ body: () async throws(Failure) -> Success) async -> Self {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}

/// One value of a metric.
public struct MetricSample: Sendable, Hashable {
    /// Thousandths, which may be negative: whether that is a load is for the autoscaler to say.
    public var value: Result<Int64, InvalidSample>
    /// When it was true, by the source's own account; nil where the source does not say.
    public var timestamp: Timestamp?

    public init(value: Result<Int64, InvalidSample>, timestamp: Timestamp?) {
        self.value = value
        self.timestamp = timestamp
    }
}

/// A value that is no number of thousandths.
public enum InvalidSample: Error, Sendable, Hashable, CustomStringConvertible {
    /// NaN: a quotient of nothing by nothing.
    case notANumber
    case infinite(isNegative: Bool)
    /// Beyond 64 bits of thousandths; the text as it came, cut.
    case outOfRange(String)
    /// Not a number's text at all, cut.
    case malformed(String)

    public var description: String {
        switch self {
        case .notANumber: "not a number"
        case .infinite(let isNegative): isNegative ? "minus infinity" : "infinite"
        case .outOfRange(let text): "\(text), beyond 64 bits of thousandths"
        case .malformed(let text): "'\(text)', which is not a number"
        }
    }
}
