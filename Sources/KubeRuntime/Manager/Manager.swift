import Base
import KubeCore
public import Telemetry

/// Runs everything of one process, and ends it in order.
///
/// ## Guarantees
/// - Components begin at once; those that need leadership begin when `elector` has won it.
/// - Cancelling the task of `run` is a clean shutdown: first the components that need leadership (controllers stop
///   their intake and finish what runs), then the lease is given back, and last the others, such as reflectors and
///   servers, which controllers need until their end. `run` returns when all has ended.
/// - When a component throws, or the lease is lost, the same shutdown follows and `run` throws that error: the process
///   should exit and be started again.
/// - How long a shutdown may take is the controllers' own grace period.
public final class Manager: Sendable {
    public typealias Component = @Sendable () async throws -> Void
    private struct Components {
        var always: [(name: String, run: Component)] = []
        var leading: [(name: String, run: Component)] = []
    }
    private let components = Lock(Components())
    private let elector: LeaderElector?
    private let log: Logger

    /// - Parameter elector: nil for a process that always leads.
    public init(elector: LeaderElector? = nil, log: Logger = Logger()) {
        self.elector = elector
        self.log = log.named("manager")
    }

    /// Adds what runs until it is cancelled: a server, a recorder. Add everything before `run`.
    public func add(_ name: String, needsLeadership: Bool = false, _ run: @escaping Component) {
        components.withLock { components in
            if needsLeadership { components.leading.append((name, run)) } else { components.always.append((name, run)) }
        }
    }

    /// Adds a reflector, which runs with or without leadership, so that a new leader has its data already.
    public func add<Object>(_ reflector: Reflector<Object>) {
        add("reflector \(Object.resourceType.groupResource)") { await reflector.run() }
    }

    /// Adds a controller, which runs only while leading.
    public func add(_ controller: Controller) {
        add("controller \(controller.name)", needsLeadership: true) { await controller.run() }
    }

    /// Runs until the task is cancelled or something fails, then shuts down.
    public func run() async throws {
        let stopping = Latch()
        // The components have a task of their own: cancelling this one begins their shutdown and does not cut them off.
        let all = Task { try await runComponents(until: stopping) }
        try await withTaskCancellationHandler {
            try await all.value
        } onCancel: {
            stopping.open()
        }
    }

    private func runComponents(until stopping: Latch) async throws {
        let components = components.withLock { $0 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (name, run) in components.always { group.addTask { try await self.run(name, run) } }
            group.addTask { [self] in try await runLeading(components.leading, until: stopping) }
            // The first error of anything, or the orderly end of what needs leadership, ends the rest.
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// Runs what needs leadership until `stopping`, and ends it then.
    private func runLeading(_ leading: [(name: String, run: Component)], until stopping: Latch) async throws {
        let work: Component = { [self] in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (name, run) in leading { group.addTask { try await self.run(name, run) } }
                group.addTask { try await Latch().wait() }
                while try await group.next() != nil {}
            }
        }
        let leadership = Task { [elector] in
            if let elector { try await elector.run(work) } else { try await work() }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await leadership.value } catch is CancellationError {}
            }
            group.addTask { [log] in
                try await stopping.wait()
                log.info("shutting down")
                leadership.cancel()
                try await Latch().wait()
            }
            defer { group.cancelAll() }
            try await withTaskCancellationHandler {
                try await group.next()
            } onCancel: {
                leadership.cancel()
            }
        }
    }

    /// Runs one component; one that ends by itself is as good as one that was never added.
    private func run(_ name: String, _ run: Component) async throws {
        do {
            try await run()
        } catch {
            if !Task.isCancelled { log.error("component failed", error: error, ["component": name]) }
            throw error
        }
        try await Latch().wait()
    }
}
