/// Which of a connection's time-outs runs, and until when. Pure: the time is passed in.
struct ConnectionTimer {
    /// What the connection waits for.
    enum Wait: Equatable {
        case handshake, idle, head, body
        /// For the handler: it may take as long as it likes.
        case handler
        case write
        /// For the client to read the last answer before the connection is closed.
        case linger
    }

    private let configuration: HTTPServer.Configuration
    private(set) var wait: Wait
    private(set) var deadline: UInt64 = .max

    init(_ configuration: HTTPServer.Configuration, wait: Wait, now: UInt64) {
        self.configuration = configuration
        self.wait = wait
        restart(now: now)
    }

    /// Begins to wait for something; goes on when it did so already, so that a slow sender gains nothing.
    mutating func enter(_ next: Wait, now: UInt64) {
        guard next != wait else { return }
        wait = next
        restart(now: now)
    }

    /// The wait made progress that earns it its full time again.
    mutating func restart(now: UInt64) {
        guard let limit else {
            deadline = .max
            return
        }
        let (sum, overflow) = now.addingReportingOverflow(limit.nanoseconds)
        deadline = overflow ? .max : sum
    }

    private var limit: Duration? {
        switch wait {
        case .handshake, .head: configuration.headTimeout
        case .idle: configuration.idleTimeout
        case .body: configuration.bodyTimeout
        case .handler: nil
        case .write: configuration.writeTimeout
        case .linger: .seconds(1)
        }
    }

    func isExpired(now: UInt64) -> Bool { now >= deadline }
}

extension Duration {
    /// Whole nanoseconds, at least 0 and at most what 64 bits hold.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (scaled, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = scaled.addingReportingOverflow(UInt64(attoseconds) / 1_000_000_000)
        return overflow || carry ? .max : sum
    }
}
