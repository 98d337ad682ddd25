public import HTTPTransport

/// Why a metric could not be read. No message holds a credential.
public enum MetricSourceError: Error, Sendable, CustomStringConvertible {
    /// The question itself is wrong; the message names the field and what would be right.
    case invalidConfiguration(String)
    /// There was no answer.
    case transport(TransportError)
    /// The place answered with an error of its own.
    case refused(status: Int, message: String)
    /// The answer is not what the API promises.
    case malformed(String)
    /// The API server does not serve external.metrics.k8s.io.
    case missingAPI(String)
    /// The place has more questions waiting than it answers in time; this one was never sent.
    case overloaded(String)
    case cancelled

    public var description: String {
        switch self {
        case .invalidConfiguration(let message), .malformed(let message), .missingAPI(let message),
            .overloaded(let message):
            message
        case .transport(let error): "\(error)"
        case .refused(let status, let message): "status \(status): \(message)"
        case .cancelled: "cancelled"
        }
    }

    static func noTurn(within patience: Duration) -> MetricSourceError {
        .overloaded("the source is too slow: no turn within \(patience), the query was not sent")
    }

    /// At most `limit` characters of a text from outside.
    static func cut(_ text: some StringProtocol, to limit: Int = 300) -> String {
        let prefix = text.prefix(limit)
        return prefix.endIndex == text.endIndex ? String(prefix) : "\(prefix)…"
    }
}
