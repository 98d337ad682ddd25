public import Base

/// How a `Watcher` asks and waits.
public struct WatcherConfiguration: Sendable {
    /// Objects a page of a list.
    public var pageSize = 500
    /// Ask for streaming lists first; servers without them get lists and watches.
    public var streamsLists = true
    /// The server ends a watch by itself after a random time in this range, in seconds, so that watches spread over
    /// its replicas again.
    public var watchSeconds = 240...300
    /// A watch without event, bookmark or end for this long is given up: its connection is dead. Longer than
    /// `watchSeconds`, since a server need not send bookmarks.
    public var idleTimeout = Duration.seconds(330)
    /// The longest that one page of a list may take.
    public var listTimeout = Duration.seconds(60)
    /// The waits after failures; client-go's, with full jitter.
    public var backoff = Backoff(initial: .milliseconds(800), maximum: .seconds(30), factor: 2, jitter: 1)
    /// The back-off begins anew only after this long without a failure. A list that succeeds only for its watch to
    /// expire is a failure each time, so storms of relists slow down.
    public var backoffReset = Duration.seconds(120)

    public init() {}
}

/// A back-off that forgets failures only after a quiet time.
struct QuietBackoff {
    private let backoff: Backoff
    private let reset: Duration
    private var attempt = 0
    private var lastFailure: Duration?

    init(_ backoff: Backoff, reset: Duration) {
        self.backoff = backoff
        self.reset = reset
    }

    /// The wait after a failure at `now`, a monotonic time.
    mutating func delay(now: Duration, using random: inout some RandomNumberGenerator) -> Duration {
        if let lastFailure, now - lastFailure > reset { attempt = 0 }
        let delay = backoff.delay(attempt: attempt, using: &random)
        attempt = min(attempt + 1, 1000)
        lastFailure = now + delay
        return delay
    }
}
