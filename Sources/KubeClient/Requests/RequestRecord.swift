public import HTTPTransport

/// One try of a request, for metrics and logs. Holds no credentials and no query.
public struct RequestRecord: Sendable, Equatable {
    public enum Outcome: Sendable, Equatable {
        /// The HTTP status code of the response.
        case status(Int)
        case failure(TransportError.Kind)
    }

    public let method: String
    /// The server's host and port.
    public let host: String
    /// To the response's end, or to its headers' end for a stream.
    public let duration: Duration
    public let outcome: Outcome
    /// 0 for the first try.
    public let attempt: Int

    init(_ request: HTTPRequest, _ outcome: Outcome, _ duration: Duration, attempt: Int) {
        method = request.method
        let afterScheme = request.url.firstRange(of: "://").map { request.url[$0.upperBound...] } ?? request.url[...]
        host = String(afterScheme.prefix { $0 != "/" && $0 != "?" })
        self.duration = duration
        self.outcome = outcome
        self.attempt = attempt
    }
}

/// Measures with any clock, whose instants' type is not known here.
struct RequestStopwatch: Sendable {
    let elapsed: @Sendable () -> Duration

    init(_ clock: any Clock<Duration>) {
        elapsed = Self.start(clock)
    }

    private static func start<C: Clock<Duration>>(_ clock: C) -> @Sendable () -> Duration {
        let start = clock.now
        return { start.duration(to: clock.now) }
    }
}
