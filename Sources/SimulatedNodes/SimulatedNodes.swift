// SimulatedNodes: plays the kubelets, and kube-scheduler where there is none, on any API server.
//
//   SimulatedNodes   registers nodes and runs their pods until it is cancelled
//   Nodes/           SimulatedNode: what a node offers; its registration as a Node object
//   Pods/            PodFeed (list and watch) -> PodTracker (what is due for each pod) -> PodLoop and PodWriter

public import Base
public import KubeClient
public import KubeCore
public import PodModel

/// Nodes that exist only as objects of an API server, with pods that only seem to run.
///
/// ## Guarantees
/// - Every write names the pod's uid and the state it was derived from, so that a stale view writes nothing.
/// - Nothing is kept outside the API: after a restart pods go on where they were.
///
/// ## Assumptions
/// Nodes are placed on as they are described here: taints and labels that others add to the Node object, cordons among
/// them, are not heeded. There are no heartbeats; run it where no node lifecycle controller does. Events of kubelets and
/// scheduler are not recorded.
public struct SimulatedNodes: Sendable {
    private let client: KubeClient
    private let nodes: [SimulatedNode]
    private let behavior: BehaviorRules
    private let bindsPods: Bool
    private let network: PodNetwork
    private let requestsInFlight: @Sendable (String) -> Int?
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Timestamp
    private let log: @Sendable (String) -> Void

    /// - Parameters:
    ///   - bindsPods: also play kube-scheduler; false where a real one runs.
    ///   - network: where pods have their addresses from.
    ///   - requestsInFlight: of a pod by its uid, where somebody counts them; a pod that is told to stop waits for them.
    ///   - clock: what waits.
    ///   - now: the wall clock that statuses are stamped with.
    ///   - log: hears of failed requests. Must not block.
    public init(
        client: KubeClient, nodes: [SimulatedNode], behavior: BehaviorRules = BehaviorRules(), bindsPods: Bool = true,
        network: PodNetwork = .standard, requestsInFlight: @escaping @Sendable (String) -> Int? = { _ in nil },
        clock: any Clock<Duration> = MonotonicClock(), now: @escaping @Sendable () -> Timestamp,
        log: @escaping @Sendable (String) -> Void
    ) {
        self.client = client
        self.nodes = nodes
        self.behavior = behavior
        self.bindsPods = bindsPods
        self.network = network
        self.requestsInFlight = requestsInFlight
        self.clock = clock
        self.now = now
        self.log = log
    }

    /// Registers the nodes and runs their pods. Returns when the task is cancelled.
    ///
    /// The Node objects stay behind. Errors: `KubeError` when a node cannot be registered; later failures are logged
    /// and tried again.
    public func run() async throws {
        for (index, node) in nodes.enumerated() {
            try await NodeRegistration(client: client, node: node, address: Self.address(index)).register(at: now())
        }
        let addresses = nodes.indices.map { (nodes[$0], Self.address($0)) }
        let tracker = PodTracker(
            nodes: addresses, rules: behavior, bindsPods: bindsPods, network: network,
            requestsInFlight: requestsInFlight)
        let feed = PodFeed(pods: Api(client, Pod.resourceType), tracker: tracker, clock: clock, log: log)
        let loop = PodLoop(tracker: tracker, writer: PodWriter(client: client), clock: clock, now: now, log: log)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await feed.run() }
            group.addTask { await loop.run() }
        }
    }

    /// The InternalIP of a node, from 192.168.0.0/16.
    private static func address(_ index: Int) -> String {
        "192.168.\(index / 250 % 256).\(index % 250 + 1)"
    }
}
