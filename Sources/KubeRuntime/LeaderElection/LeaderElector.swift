public import Base
public import KubeCore
public import Telemetry

/// Elects one leader among processes through a Lease of coordination.k8s.io/v1, as client-go does.
///
///     let elector = LeaderElector(identity: podName, configuration: times, storage: lease)
///     try await elector.run { try await controllers.run() }
///
/// ## Guarantees
/// - `lead` runs only while this process holds the lease, and `fence` is open only then.
/// - When renewing fails for `renewDeadline`, or somebody else holds the lease, the fence closes, `lead` is cancelled,
///   and `run` throws `LeaderElectionError.notLeader` once `lead` has ended.
/// - When the task is cancelled, the lease is renewed until `lead` has ended, and given back then, so that another
///   candidate need not wait.
/// - Waits are measured on this process' monotonic clock only; no wall clock matters, neither ours nor others'.
///
/// ## Not guaranteed
/// That no two processes ever believe to lead: see `LeadershipFence`. Identities must differ between processes; two
/// with the same one would both lead.
public final class LeaderElector: Sendable {
    public let identity: String
    /// What writes have to pass.
    public let fence: LeadershipFence
    private let configuration: LeaderElectionConfiguration
    private let storage: any LeaseStorage
    private let stopwatch: Stopwatch
    private let wallClock: @Sendable () -> Timestamp
    private let log: Logger
    private let masterStatus: Gauge?
    private let observation = Lock(LeaseObservation())
    private let random: @Sendable () -> Double

    /// - Parameters:
    ///   - clock: monotonic, counting while the process is stopped.
    ///   - wallClock: only for the times that people read in the lease.
    ///   - random: uniform in 0..<1.
    public init(
        identity: String, configuration: LeaderElectionConfiguration, storage: any LeaseStorage,
        clock: any Clock<Duration> = MonotonicClock(),
        wallClock: @escaping @Sendable () -> Timestamp = { Timestamp(nanoseconds: Logger.systemTime()) },
        log: Logger = Logger(), registry: MetricsRegistry? = nil,
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.identity = identity
        self.configuration = configuration
        self.storage = storage
        self.wallClock = wallClock
        self.random = random
        self.log = log.named("leader-election").with(["identity": identity])
        fence = LeadershipFence(clock: clock)
        stopwatch = Stopwatch(clock)
        masterStatus = registry?.gauge(.leaderElectionMasterStatus)
        masterStatus?.set(0, [identity])
    }

    /// Whether this process leads now.
    public var isLeader: Bool { fence.isOpen }
    /// Who held the lease when it was last seen, empty for nobody.
    public var observedHolder: String { observation.withLock { $0.holder } }

    /// Waits for the lease and runs `lead` while holding it.
    ///
    /// - Throws: `LeaderElectionError.notLeader` when the lease was lost, `CancellationError` when cancelled before it
    ///   was acquired, and what `lead` throws.
    public func run(_ lead: @escaping @Sendable () async throws -> Void) async throws {
        try await acquire()
        log.info("leading")
        masterStatus?.set(1, [identity])
        // Not a child task: when the caller is cancelled, the lease is kept until `lead` has wound down.
        let renewal = Task { try await renewUntilLost() }
        let outcome = await runLeader(lead, renewal)
        let isLost = !fence.isOpen
        fence.close()
        masterStatus?.set(0, [identity])
        if isLost {
            log.error("lost the lease")
            throw LeaderElectionError.notLeader
        }
        await release()
        try outcome.get()
    }

    /// Runs `lead` beside the renewal. Whichever ends first ends the other.
    private func runLeader(
        _ lead: @escaping @Sendable () async throws -> Void, _ renewal: Task<Void, any Error>
    ) async -> Result<Void, any Error> {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { renewal.cancel() }
                    try await lead()
                }
                group.addTask {
                    do { try await renewal.value } catch is CancellationError {}
                }
                // An error of either leaves the group, which cancels the other; a `lead` that returns has cancelled
                // the renewal.
                while try await group.next() != nil {}
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    // MARK: Holding the lease

    private func acquire() async throws {
        while true {
            do {
                if try await tryOnce(within: configuration.renewDeadline) { return }
            } catch {
                try Task.checkCancellation()
                log.warning("cannot acquire the lease, trying again", error: error)
            }
            let jitter = 1 + LeaderElectionConfiguration.jitter * random()
            try await stopwatch.clock.sleep(for: configuration.retryPeriod * jitter)
        }
    }

    /// Renews every retryPeriod. Throws `notLeader` when the fence closed over failing renewals, or the lease is
    /// another's.
    private func renewUntilLost() async throws {
        var deadline = stopwatch.elapsed + configuration.renewDeadline
        while true {
            let next = min(stopwatch.elapsed + configuration.retryPeriod, deadline)
            try await stopwatch.sleep(until: next)
            let start = stopwatch.elapsed
            guard start < deadline, fence.isOpen else { throw lost() }
            do {
                guard try await tryOnce(within: deadline - start) else { throw lost() }
                deadline = start + configuration.renewDeadline
            } catch let error as LeaderElectionError {
                throw error
            } catch {
                try Task.checkCancellation()
                log.warning("cannot renew the lease", error: error)
            }
        }
    }

    private func lost() -> LeaderElectionError {
        fence.close()
        return .notLeader
    }

    /// Reads the lease and takes or renews it. False when somebody else holds it.
    private func tryOnce(within limit: Duration) async throws -> Bool {
        let start = fence.now
        let isHeld = try await withTimeout(limit, clock: stopwatch.clock) { [self] in try await takeOrRenew() }
        // From the beginning of the request: the server may have carried it out at any time since.
        if isHeld { fence.open(until: start + configuration.renewDeadline) }
        return isHeld
    }

    private func takeOrRenew() async throws -> Bool {
        let read = try await storage.read()
        let verdict = observation.withLock { observation in
            observation.observe(read, now: stopwatch.elapsed)
            return observation.verdict(
                identity: identity, now: stopwatch.elapsed, leaseDuration: configuration.leaseDuration)
        }
        let written: Lease
        switch verdict {
        case .heldByOther: return false
        case .create: written = try await storage.create(spec(transitions: 0, acquired: nil))
        case .take(let version, let transitions, let isRenewal):
            let acquired = isRenewal ? read?.spec?.acquireTime : nil
            written = try await storage.update(
                spec(transitions: transitions, acquired: acquired), resourceVersion: version)
        }
        observation.withLock { $0.observe(written, now: stopwatch.elapsed) }
        return true
    }

    private func spec(transitions: Int, acquired: String?) -> Lease.Spec {
        let now = wallClock()
        var spec = Lease.Spec(
            holderIdentity: identity, leaseDurationSeconds: Int(configuration.leaseDuration.components.seconds),
            acquireTime: now, renewTime: now, leaseTransitions: transitions)
        if let acquired { spec.acquireTime = acquired }
        return spec
    }

    /// Gives the lease back, if it is still ours. A failure only makes others wait for it to expire.
    private func release() async {
        do {
            try await shieldedFromCancellation { [self] in
                try await withTimeout(configuration.renewDeadline, clock: stopwatch.clock) { [self] in
                    // Read again: a renewal that was cut off may have been carried out.
                    guard let lease = try await storage.read(), lease.spec?.holderIdentity == identity else { return }
                    _ = try await storage.update(
                        releasedSpec(lease), resourceVersion: lease.metadata.resourceVersion ?? "")
                }
            }
            log.info("released the lease")
        } catch {
            log.warning("cannot release the lease; others wait for it to expire", error: error)
        }
    }

    /// An empty holder may be replaced at once; one second is the shortest duration that the API accepts.
    private func releasedSpec(_ lease: Lease) -> Lease.Spec {
        let now = wallClock()
        return Lease.Spec(
            holderIdentity: "", leaseDurationSeconds: 1, acquireTime: now, renewTime: now,
            leaseTransitions: lease.spec?.leaseTransitions)
    }
}
