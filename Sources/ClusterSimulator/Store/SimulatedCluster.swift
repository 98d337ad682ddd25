public import Base
public import KubeCore

/// A Kubernetes API server in memory, for trying and testing.
///
/// Guarantees: every request is atomic; resource versions are one growing sequence for the whole cluster; a watch sees
/// every change once and in order, or ends.
///
/// Caveats: nothing is persistent, CEL rules are not evaluated, there is no admission but the rules named in
/// docs/simulator.md. The judge of behaviour is a real API server.
public final class SimulatedCluster: Sendable {
    public struct Configuration: Sendable {
        /// The wall clock that stamps objects.
        public var now: @Sendable () -> Timestamp
        /// What time-outs and bookmarks wait by.
        public var clock: any Clock<Duration>
        /// How many changes each resource remembers for its watches.
        public var historyCapacity: Int
        /// Seeds uids and generated names.
        public var seed: UInt64
        /// How often a watch that asked for bookmarks gets one.
        public var bookmarkInterval: Duration
        /// Whether `sendInitialEvents` is understood; false looks like a server before 1.27.
        public var offersStreamingLists: Bool
        /// What `/version` answers.
        public var gitVersion: String

        public init(
            now: @escaping @Sendable () -> Timestamp, clock: any Clock<Duration> = MonotonicClock(),
            historyCapacity: Int = 20_000, seed: UInt64 = .random(in: .min ... .max),
            bookmarkInterval: Duration = .seconds(60), offersStreamingLists: Bool = true,
            gitVersion: String = "v1.32.0"
        ) {
            self.now = now
            self.clock = clock
            self.historyCapacity = historyCapacity
            self.seed = seed
            self.bookmarkInterval = bookmarkInterval
            self.offersStreamingLists = offersStreamingLists
            self.gitVersion = gitVersion
        }
    }

    public let configuration: Configuration
    private let state: Lock<ClusterState>
    let mountedGroups = Lock<[MountedGroup]>([])
    let openAPI = OpenAPICache()
    let serviceAccountTokens = ServiceAccountTokens()

    /// A cluster with the namespaces that every cluster has, and nothing else.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
        state = Lock(ClusterState(configuration: configuration, registry: Registry(builtIn: BuiltInResources.all)))
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
            withState { state in state.bootstrapNamespace(name) }
        }
    }

    /// The newest resource version.
    public var resourceVersion: Int64 { withState { $0.resourceVersion } }

    /// Forgets the history of all watches, as a compaction of etcd does: what resumes from before gets 410.
    public func compactHistory() { withState { $0.compact() } }

    /// Runs one atomic step, then wakes the watches that it concerns.
    func withState<Result, Failure: Error>(
        _ body: (ClusterState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var woken: [WakeUp] = []
        defer { for wakeUp in woken { wakeUp.raise() } }
        return try state.withLock { (state) throws(Failure) -> Result in
            defer { woken = state.takeWoken() }
            return try body(state)
        }
    }
}
