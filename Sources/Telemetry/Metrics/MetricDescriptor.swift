/// What a metric is called, what it means and which labels it carries.
public struct MetricDescriptor: Sendable, Hashable {
    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`.
    public let name: String
    public let help: String
    /// Label names in the order in which values are given: `[a-zA-Z_][a-zA-Z0-9_]*`.
    public let labels: [String]
    /// Upper bounds of a histogram's buckets, ascending, without +Inf. Counters and gauges ignore them.
    public let buckets: [Double]

    public init(
        _ name: String, help: String, labels: [String] = [], buckets: [Double] = MetricDescriptor.defaultBuckets
    ) {
        precondition(Self.isName(name, colons: true), "'\(name)' is no metric name")
        precondition(
            labels.allSatisfy { Self.isName($0, colons: false) && !$0.hasPrefix("__") }, "\(name): bad label name")
        precondition(zip(buckets, buckets.dropFirst()).allSatisfy(<), "\(name): buckets must ascend")
        self.name = name
        self.help = help
        self.labels = labels
        self.buckets = buckets
    }

    /// Prometheus' own default: 5 ms to 10 s.
    public static let defaultBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    /// Powers of ten from 10 ns to 1000 s: what client-go's work queues use.
    public static let workQueueBuckets = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000]

    private static func isName(_ text: String, colons: Bool) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
            case 0x3A: colons
            default: false
            }
        }
    }
}

// MARK: - controller-runtime

extension MetricDescriptor {
    public static let reconcileTotal = MetricDescriptor(
        "controller_runtime_reconcile_total",
        help: "Total number of reconciliations per controller. Result is success, error, requeue or requeue_after.",
        labels: ["controller", "result"])
    public static let reconcileErrorsTotal = MetricDescriptor(
        "controller_runtime_reconcile_errors_total", help: "Total number of reconciliation errors per controller.",
        labels: ["controller"])
    public static let reconcileTimeSeconds = MetricDescriptor(
        "controller_runtime_reconcile_time_seconds", help: "Length of time per reconciliation per controller.",
        labels: ["controller"],
        buckets: [
            0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25,
            1.5, 1.75, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60,
        ])
    public static let maxConcurrentReconciles = MetricDescriptor(
        "controller_runtime_max_concurrent_reconciles", help: "Maximum number of concurrent reconciles per controller.",
        labels: ["controller"])
    public static let activeWorkers = MetricDescriptor(
        "controller_runtime_active_workers", help: "Number of currently used workers per controller.",
        labels: ["controller"])
}

// MARK: - Work queues

extension MetricDescriptor {
    public static let workQueueDepth = MetricDescriptor(
        "workqueue_depth", help: "Current depth of workqueue.", labels: ["name", "controller"])
    public static let workQueueAddsTotal = MetricDescriptor(
        "workqueue_adds_total", help: "Total number of adds handled by workqueue.", labels: ["name", "controller"])
    public static let workQueueDurationSeconds = MetricDescriptor(
        "workqueue_queue_duration_seconds",
        help: "How long in seconds an item stays in workqueue before being requested.", labels: ["name", "controller"],
        buckets: workQueueBuckets)
    public static let workQueueWorkDurationSeconds = MetricDescriptor(
        "workqueue_work_duration_seconds", help: "How long in seconds processing an item from workqueue takes.",
        labels: ["name", "controller"], buckets: workQueueBuckets)
    public static let workQueueRetriesTotal = MetricDescriptor(
        "workqueue_retries_total", help: "Total number of retries handled by workqueue.",
        labels: ["name", "controller"]
    )
    public static let workQueueUnfinishedWorkSeconds = MetricDescriptor(
        "workqueue_unfinished_work_seconds",
        help: "How many seconds of work is in progress and has not been observed by work_duration.",
        labels: ["name", "controller"])
    public static let workQueueLongestRunningProcessorSeconds = MetricDescriptor(
        "workqueue_longest_running_processor_seconds",
        help: "How many seconds the longest running processor for workqueue has been running.",
        labels: ["name", "controller"])
}

// MARK: - client-go

extension MetricDescriptor {
    public static let restClientRequestsTotal = MetricDescriptor(
        "rest_client_requests_total", help: "Number of HTTP requests, partitioned by status code, method, and host.",
        labels: ["code", "method", "host"])
    public static let leaderElectionMasterStatus = MetricDescriptor(
        "leader_election_master_status",
        help: "Whether this process is the leader of the relevant lease: 0 indicates backup, 1 indicates master.",
        labels: ["name"])
}
