public import Base
internal import HTTPTransport
internal import KubeCore

/// Which failed responses are worth another try, and after what wait.
///
/// 429 and 503 say that the request was not carried out, so every method is repeated. Other 5xx may come after the
/// deed: they are repeated for methods that can be repeated safely, and for the others only when the server names a
/// Retry-After. 501 never passes.
public struct RetryPolicy: Sendable {
    /// How often a request is repeated at most.
    public var maxRetries: Int
    /// The waits where the server does not name one.
    public var backoff: Backoff
    /// A server that asks for a longer wait than this gets none: its failure is returned.
    public var maxRetryAfter: Duration

    public init(
        maxRetries: Int = 5,
        backoff: Backoff = Backoff(initial: .milliseconds(250), maximum: .seconds(10), factor: 2, jitter: 0.5),
        maxRetryAfter: Duration = .seconds(30)
    ) {
        self.maxRetries = maxRetries
        self.backoff = backoff
        self.maxRetryAfter = maxRetryAfter
    }

    /// No request is repeated.
    public static let none = RetryPolicy(maxRetries: 0)

    /// The wait before the next try, or `nil` when the failure is final.
    ///
    /// - Parameter retries: how often the request was repeated already.
    func delay(after response: HTTPResponse, status: Status, to request: KubeRequest, retries: Int) -> Duration? {
        guard retries < maxRetries else { return nil }
        let retryAfter = Self.retryAfter(response, status)
        switch response.status {
        case 429, 503: break
        case 501: return nil
        case 500...599: guard request.isRepeatable || retryAfter != nil else { return nil }
        default: return nil
        }
        var generator = SystemRandomNumberGenerator()
        let backoff = backoff.delay(attempt: retries, using: &generator)
        guard let retryAfter else { return backoff }
        guard retryAfter <= maxRetryAfter else { return nil }
        // Jitter comes on top: clients that were told the same second should not all come back in it.
        return retryAfter + backoff * backoffShare
    }

    /// The share of the back-off that is added to a wait the server named.
    private var backoffShare: Double { backoff.jitter }

    /// Seconds only: the API server never sends the form with a date.
    private static func retryAfter(_ response: HTTPResponse, _ status: Status) -> Duration? {
        let header = response.headers["Retry-After"].flatMap { UInt32($0) }.map { Duration.seconds($0) }
        let details = status.details?.retryAfterSeconds.flatMap { UInt32(exactly: $0) }
        return header ?? details.flatMap { $0 > 0 ? .seconds($0) : nil }
    }
}
