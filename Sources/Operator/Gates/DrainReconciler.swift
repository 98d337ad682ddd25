internal import Base
internal import DeepSeekAPI
internal import KubeCore
internal import KubeRuntime
internal import Migration

/// Counts the requests in flight of revisions that are to go, as long as there are any.
struct DrainReconciler: Reconciler {
    let caches: ClusterCaches
    let board: MigrationBoard
    let counter: InFlightCounter
    /// Tells that there are new counts.
    let notify: @Sendable (NamespacedName) -> Void
    let now: @Sendable () -> Timestamp
    private static let period = Duration.seconds(2)

    func reconcile(_ request: ReconcileRequest) async throws -> ReconcileResult {
        let revisions = board.assignment(of: request).draining
        guard !revisions.isEmpty, let world = caches.observe(request) else { return .done }
        let spread = Duration.seconds(world.cluster.spec.resolvedPods.resolvedPreStopSeconds)
        var counts: [String: InFlightCount] = [:]
        for revision in revisions where board.isDraining(revision, of: request, for: spread) {
            guard let pods = ServingPods(revision, in: world) else { continue }
            // Before asking: a count is as old as the oldest of its parts.
            let time = now()
            let count = try await counter.count(pods)
            if count.silentPods == 0 { counts[revision] = InFlightCount(requests: count.requests, observedAt: time) }
        }
        if board.record(counts, of: request) { notify(request) }
        return .requeue(after: Self.period)
    }
}
