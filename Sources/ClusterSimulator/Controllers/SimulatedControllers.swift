public import Base
public import KubeCore
public import PodModel

/// What kube-controller-manager, kube-scheduler and the kubelets do to the objects of a store.
///
/// Deterministic: driven by the store's changes and its clock alone. `step()` runs until nothing is left to do at the
/// present time and says when there will be; a test moves its clock there, `run` sleeps until then.
///
/// Guarantees: work follows from changes and timers, never from a scan, so that one change among tens of thousands of
/// pods costs little.
///
/// Caveats: objects without an owner are not adopted; a Deployment that is scaled in the middle of a rolling update
/// grows its newest ReplicaSet instead of all in proportion.
public actor SimulatedControllers {
    public struct Configuration: Sendable {
        /// What the containers of simulated pods do.
        public var rules: BehaviorRules
        /// Whether pods are bound to nodes here.
        public var runsScheduler: Bool
        /// Whether pods live here; false when somebody else plays the kubelets.
        public var runsKubelets: Bool
        /// Requests in flight at the pod of a uid, for its drain; nil leaves it to `rules`.
        public var requestsInFlight: (@Sendable (String) -> Int)?
        /// Hears of writes that failed for another reason than a conflict; they are tried again. Must not block.
        public var log: @Sendable (String) -> Void

        public init(
            rules: BehaviorRules = BehaviorRules(), runsScheduler: Bool = true, runsKubelets: Bool = true,
            requestsInFlight: (@Sendable (String) -> Int)? = nil, log: @escaping @Sendable (String) -> Void = { _ in }
        ) {
            self.rules = rules
            self.runsScheduler = runsScheduler
            self.runsKubelets = runsKubelets
            self.requestsInFlight = requestsInFlight
            self.log = log
        }
    }

    private let store: any ObjectStore
    private let mirrors: Mirrors
    private let loops: [ControllerLoop]
    private let collector: GarbageCollector
    /// Raised by every change of a type that somebody here watches.
    private let changes = WakeUp()

    public init(store: any ObjectStore, configuration: Configuration = Configuration()) {
        self.store = store
        let mirrors = Mirrors(store: store, changes: changes)
        let writer = ObjectWriter(store: store)
        var controllers: [any SimulatedController] = [
            DeploymentController(mirrors, writer), ReplicaSetController(mirrors, writer),
            EndpointsController(mirrors, writer), DisruptionController(mirrors, writer), EventExpiry(mirrors, writer),
        ]
        if configuration.runsScheduler { controllers.append(SchedulerController(mirrors, writer)) }
        if configuration.runsKubelets { controllers.append(KubeletController(mirrors, writer, configuration)) }
        self.mirrors = mirrors
        loops = controllers.map { ControllerLoop($0, log: configuration.log) }
        collector = GarbageCollector(store: store, changes: changes, log: configuration.log)
    }

    /// Does all that is due now. Returns when something will be due without a change, nil for never.
    /// Errors: `Status` when the store does not serve one of the built-in types.
    @discardableResult
    public func step() throws -> Timestamp? {
        let now = store.now
        for loop in loops { loop.enqueueDue(at: now) }
        // A bound, so that two writers that undo each other's work cannot hold the caller for ever.
        for _ in 0..<Self.roundLimit {
            for type in mirrors.types {
                for change in try mirrors[type].drain() {
                    for loop in loops where loop.controller.watches.contains(type) { loop.observe(change) }
                }
            }
            let collected = try collector.step(now: now)
            if loops.allSatisfy(\.isIdle), !collected { break }
            for loop in loops { loop.runQueued(now: now) }
            for loop in loops { loop.enqueueDue(at: now) }
        }
        guard loops.allSatisfy(\.isIdle) else { return now }  // The bound was reached.
        return (loops.map(\.nextTimer) + [collector.nextTimer]).compactMap { $0 }.min()
    }

    private static let roundLimit = 10_000

    /// Steps whenever something changes or is due, until the task is cancelled.
    ///
    /// - Parameter clock: waits; it must run as fast as the store's own time.
    public func run(clock: any Clock<Duration> = MonotonicClock()) async throws {
        while !Task.isCancelled {
            await wait(until: try step(), clock)
        }
    }

    /// Waits for a change or a time, whichever is first.
    private func wait(until time: Timestamp?, _ clock: any Clock<Duration>) async {
        let delay = time.map { max(.milliseconds(1), $0.since(store.now)) }
        await withTaskGroup(of: Void.self) { [changes] group in
            if let delay {
                group.addTask {
                    guard (try? await clock.sleep(for: delay)) != nil else { return }
                    changes.raise()
                }
            }
            await changes.wait()
            group.cancelAll()
        }
    }
}

/// The mirrors that the controllers share.
final class Mirrors {
    let types: [ResourceType] = [
        .nodes, .deployments, .replicaSets, .pods, .services, .endpoints, .endpointSlices, .podDisruptionBudgets,
        .events,
    ]
    private let mirrors: [ResourceType: ResourceMirror]

    init(store: any ObjectStore, changes: WakeUp) {
        mirrors = Dictionary(
            uniqueKeysWithValues: types.map { ($0, ResourceMirror($0, store: store, changes: changes)) })
    }

    subscript(type: ResourceType) -> ResourceMirror {
        guard let mirror = mirrors[type] else { preconditionFailure("no mirror of \(type.plural): add it to types") }
        return mirror
    }
}
