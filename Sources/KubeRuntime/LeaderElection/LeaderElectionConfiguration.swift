/// The times of a leader election. The defaults are client-go's.
public struct LeaderElectionConfiguration: Sendable, Hashable {
    /// How long others wait after the last renewal that they saw before they take over. Whole seconds.
    public var leaseDuration: Duration
    /// How long the leader goes on after its last successful renewal began.
    public var renewDeadline: Duration
    /// The time between tries.
    public var retryPeriod: Duration
    /// Tries to acquire are spread over retryPeriod x 1 to 1 + this.
    public static let jitter = 0.2

    /// - Throws: `LeaderElectionError.invalid` unless leaseDuration > renewDeadline > retryPeriod x 1.2 > 0 and
    ///   leaseDuration is a whole number of seconds.
    public init(
        leaseDuration: Duration = .seconds(15), renewDeadline: Duration = .seconds(10),
        retryPeriod: Duration = .seconds(2)
    ) throws(LeaderElectionError) {
        guard leaseDuration.components.attoseconds == 0, Int32(exactly: leaseDuration.components.seconds) != nil else {
            throw .invalid("leaseDuration must be a whole number of seconds, and is \(leaseDuration)")
        }
        guard leaseDuration > renewDeadline else {
            throw .invalid("leaseDuration (\(leaseDuration)) must be longer than renewDeadline (\(renewDeadline))")
        }
        guard retryPeriod > .zero else { throw .invalid("retryPeriod must be positive, and is \(retryPeriod)") }
        guard renewDeadline > retryPeriod * (1 + Self.jitter) else {
            throw .invalid(
                "renewDeadline (\(renewDeadline)) must be longer than retryPeriod x 1.2 (\(retryPeriod * 1.2))")
        }
        self.leaseDuration = leaseDuration
        self.renewDeadline = renewDeadline
        self.retryPeriod = retryPeriod
    }
}

/// Why an election cannot be held, or leading ended.
public enum LeaderElectionError: Error, Equatable, CustomStringConvertible {
    /// The configuration; the message names the field and what would be right.
    case invalid(String)
    /// This process is not the leader, or not any more.
    case notLeader

    public var description: String {
        switch self {
        case .invalid(let message): "leader election: \(message)"
        case .notLeader: "this process does not hold the leader lease"
        }
    }
}
