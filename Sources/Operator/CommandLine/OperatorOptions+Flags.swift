internal import Telemetry

extension OperatorOptions {
    static let connectionFlags: [Flag<OperatorOptions>] = [
        Flag(
            name: "kubeconfig", placeholder: "PATH",
            help: "The kubeconfig to use. Without it: $KUBECONFIG, then the pod's own service account, then "
                + "~/.kube/config."
        ) { value, options in
            options.kubeconfig = value
            return value.isEmpty ? "a path" : nil
        },
        Flag(name: "context", placeholder: "NAME", help: "The kubeconfig context to use.") { value, options in
            options.context = value
            return value.isEmpty ? "the name of a context" : nil
        },
        Flag(
            name: "namespaces", placeholder: "NAME[,NAME]", help: "The namespaces to watch. Default: all.",
            environment: ["WATCH_NAMESPACE"], apply: setNamespaces),
        Flag(
            name: "namespace", placeholder: "NAME", help: "The same as --namespaces, for one.", apply: setNamespaces),
        Flag(
            name: "concurrent-reconciles", placeholder: "N",
            help: "How many clusters are reconciled at the same time, 1 to 256. Default: 4.",
            environment: ["DEEPSEEK_OPERATOR_CONCURRENT_RECONCILES"]
        ) { value, options in
            guard let number = Int(value), (1...256).contains(number) else { return "a number from 1 to 256" }
            options.concurrentReconciles = number
            return nil
        },
    ]

    static let electionFlags: [Flag<OperatorOptions>] = [
        Flag(
            name: "leader-elect", help: "Work only while holding a Lease, so that several replicas may run.",
            environment: ["DEEPSEEK_OPERATOR_LEADER_ELECT"]
        ) { value, options in
            options.leaderElection.isEnabled = value == "true"
            return nil
        },
        Flag(
            name: "leader-election-namespace", placeholder: "NAME",
            help: "Where the Lease is. Default: the namespace that the operator runs in.",
            environment: ["POD_NAMESPACE"]
        ) { value, options in
            options.leaderElection.namespace = value
            return isName(value) ? nil : "the name of a namespace"
        },
        Flag(
            name: "leader-election-id", placeholder: "NAME", help: "The Lease's name. Default: deepseek-operator."
        ) { value, options in
            options.leaderElection.name = value
            return isName(value) ? nil : "a lower-case name such as deepseek-operator"
        },
        duration(
            "leader-election-lease-duration", "How long a Lease holds without being renewed. Default: 15s.",
            \.leaderElection.leaseDuration),
        duration(
            "leader-election-renew-deadline", "How long the leader tries to renew before it gives up. Default: 10s.",
            \.leaderElection.renewDeadline),
        duration(
            "leader-election-retry-period", "The time between two tries. Default: 2s.", \.leaderElection.retryPeriod),
    ]

    static let servingFlags: [Flag<OperatorOptions>] = [
        address(
            "metrics-bind-address", "Where /metrics is served; 0 for nowhere. Default: :8080.", \.metricsAddress),
        address(
            "health-probe-bind-address", "Where /healthz and /readyz are served; 0 for nowhere. Default: :8081.",
            \.probeAddress),
        address(
            "external-metrics-bind-address",
            "Where external.metrics.k8s.io is served to the API server's aggregator; 0 for nowhere. Default: 0.",
            \.externalMetrics.address),
        path(
            "external-metrics-tls-cert-file", "Its certificate, in PEM. It is read again when it changes.",
            \.externalMetrics.certificateFile),
        path(
            "external-metrics-tls-private-key-file", "The key of its certificate, in PEM.",
            \.externalMetrics.privateKeyFile),
        Flag(
            name: "log-level", placeholder: "LEVEL", help: "debug, info, warning or error. Default: info.",
            environment: ["DEEPSEEK_OPERATOR_LOG_LEVEL"]
        ) { value, options in
            guard let level = LogLevel(value) else { return "debug, info, warning or error" }
            options.logLevel = level
            return nil
        },
        Flag(
            name: "log-format", placeholder: "FORMAT", help: "text or json. Default: text.",
            environment: ["DEEPSEEK_OPERATOR_LOG_FORMAT"]
        ) { value, options in
            guard let format = LogFormat(rawValue: value) else { return "text or json" }
            options.logFormat = format
            return nil
        },
        Flag(
            name: "watch-nodes", placeholder: "BOOL",
            help: "Whether nodes are watched, to tell of room for more replicas. Default: true."
        ) { value, options in
            guard let isWatching = Bool(value) else { return "true or false" }
            options.readsNodes = isWatching
            return nil
        },
        duration("shutdown-grace-period", "How long a clean shutdown may take. Default: 25s.", \.gracePeriod),
    ]

    static let policyFlags: [Flag<OperatorOptions>] = [
        list(
            "allow-metric-credentials-to", "HOST[,HOST]",
            "Metric hosts that may be sent credentials from Secrets. Default: none.", \.policy.metricCredentialHosts),
        list(
            "allow-host-paths", "PATH[,PATH]",
            "Folders below which model.source.hostPath may point. Default: none.", \.policy.hostPaths),
        list(
            "allow-service-accounts", "NAME[,NAME]",
            "Service accounts that inference pods may run under. Default: * (any of their namespace).",
            \.policy.serviceAccounts),
    ]
}

// MARK: - Kinds of flags

extension OperatorOptions {
    private static func duration(
        _ name: String, _ help: String, _ path: any WritableKeyPath<OperatorOptions, Duration> & Sendable
    ) -> Flag<OperatorOptions> {
        Flag(name: name, placeholder: "DURATION", help: help) { value, options in
            guard let duration = GoDuration.parse(value), duration > .zero else {
                return "a duration such as 15s or 1m30s"
            }
            options[keyPath: path] = duration
            return nil
        }
    }

    private static func address(
        _ name: String, _ help: String, _ path: any WritableKeyPath<OperatorOptions, BindAddress?> & Sendable
    ) -> Flag<OperatorOptions> {
        Flag(name: name, placeholder: "HOST:PORT", help: help) { value, options in
            if value == "0" {
                options[keyPath: path] = nil
                return nil
            }
            guard let address = BindAddress(value) else { return "an address such as :8080, 127.0.0.1:8080 or 0" }
            options[keyPath: path] = address
            return nil
        }
    }

    private static func path(
        _ name: String, _ help: String, _ path: any WritableKeyPath<OperatorOptions, String?> & Sendable
    ) -> Flag<OperatorOptions> {
        Flag(name: name, placeholder: "PATH", help: help) { value, options in
            options[keyPath: path] = value
            return value.isEmpty ? "a path" : nil
        }
    }

    private static func list(
        _ name: String, _ placeholder: String, _ help: String,
        _ path: any WritableKeyPath<OperatorOptions, [String]> & Sendable
    ) -> Flag<OperatorOptions> {
        Flag(name: name, placeholder: placeholder, help: help) { value, options in
            options[keyPath: path] = value.split(separator: ",").map(String.init)
            return nil
        }
    }

    @Sendable private static func setNamespaces(_ value: String, _ options: inout OperatorOptions) -> String? {
        let names = value.split(separator: ",").map { String($0.filter { !$0.isWhitespace }) }
        guard !names.isEmpty, names.allSatisfy(isName) else { return "names of namespaces, separated by commas" }
        for name in names where !options.namespaces.contains(name) { options.namespaces.append(name) }
        return nil
    }

    /// DNS-1123 label.
    private static func isName(_ text: String) -> Bool {
        let isAlphanumeric = { (byte: UInt8) in (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
        guard let first = text.utf8.first, let last = text.utf8.last, text.utf8.count <= 63 else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && text.utf8.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }
}
