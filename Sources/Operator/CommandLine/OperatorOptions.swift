public import Telemetry

/// What the operator is told on its command line and by its environment.
public struct OperatorOptions: Sendable, Equatable {
    public var kubeconfig: String?
    public var context: String?
    /// The namespaces to watch; empty means all.
    public var namespaces: [String] = []
    public var leaderElection = LeaderElectionOptions()
    /// Nil serves no metrics.
    public var metricsAddress: BindAddress? = BindAddress(host: "0.0.0.0", port: 8080)
    /// Nil serves no probes.
    public var probeAddress: BindAddress? = BindAddress(host: "0.0.0.0", port: 8081)
    public var externalMetrics = ExternalMetricsOptions()
    public var logLevel = LogLevel.info
    public var logFormat = LogFormat.text
    /// How many clusters are reconciled at the same time, 1 to 256.
    public var concurrentReconciles = 4
    /// How long a shutdown may take.
    public var gracePeriod = Duration.seconds(25)
    /// Whether nodes are watched, for `spec.capacity.nodes`.
    public var readsNodes = true
    public var policy = AdministratorPolicy()
    public var showsHelp = false
    public var showsVersion = false

    public init() {}
}

public struct LeaderElectionOptions: Sendable, Equatable {
    public var isEnabled = false
    /// Nil takes the namespace that the operator runs in.
    public var namespace: String?
    public var name = "deepseek-operator"
    public var leaseDuration = Duration.seconds(15)
    public var renewDeadline = Duration.seconds(10)
    public var retryPeriod = Duration.seconds(2)
}

/// The external metrics adapter: HPAs read by it what the operator reads of Prometheus.
public struct ExternalMetricsOptions: Sendable, Equatable {
    /// Nil serves none.
    public var address: BindAddress?
    /// PEM files, which are read again when they change.
    public var certificateFile: String?
    public var privateKeyFile: String?

    public init() {}
}

/// What the administrator lets the authors of resources borrow of the operator's rights.
public struct AdministratorPolicy: Sendable, Equatable {
    /// Hosts that may be sent credentials from Secrets. Empty allows none.
    public var metricCredentialHosts: [String] = []
    /// Path prefixes that `model.source.hostPath` may name. Empty allows none.
    public var hostPaths: [String] = []
    /// Service accounts that pods may run under, besides the one the operator makes. `*` allows all.
    public var serviceAccounts: [String] = ["*"]

    public init() {}
}

extension OperatorOptions {
    /// Reads the command line. Errors: `UsageError`, naming the flag or variable and what would be right.
    public init(arguments: some Collection<String>, environment: [String: String]) throws(UsageError) {
        self.init()
        let operands = try Self.parser.parse(arguments, environment: environment, into: &self)
        if let operand = operands.first { throw UsageError("unexpected argument '\(operand)'") }
        let election = leaderElection
        guard election.leaseDuration > election.renewDeadline else {
            throw UsageError("--leader-election-lease-duration must be longer than --leader-election-renew-deadline")
        }
        guard election.renewDeadline > election.retryPeriod * 1.2 else {
            throw UsageError(
                "--leader-election-renew-deadline must be longer than 1.2 times --leader-election-retry-period")
        }
        guard
            externalMetrics.address == nil
                || externalMetrics.certificateFile != nil && externalMetrics.privateKeyFile != nil
        else {
            throw UsageError(
                "--external-metrics-bind-address needs --external-metrics-tls-cert-file and "
                    + "--external-metrics-tls-private-key-file")
        }
    }

    public static var help: String { parser.help }

    static let parser = FlagParser<OperatorOptions>(
        flags: connectionFlags + electionFlags + servingFlags + policyFlags + [
            Flag(name: "help", help: "Print this help.") { value, options in
                options.showsHelp = value == "true"
                return nil
            },
            Flag(name: "version", help: "Print the version and the commit it was built from.") { value, options in
                options.showsVersion = value == "true"
                return nil
            },
        ])
}
