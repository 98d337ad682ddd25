internal import Base
internal import DeepSeekAPI
internal import HTTPTransport
internal import KubeCore
internal import KubeRuntime
internal import MetricSources
internal import Migration

/// Runs the gate that a cluster's migration asks for, and puts the result on the board.
struct GateReconciler: Reconciler {
    let caches: ClusterCaches
    let board: MigrationBoard
    let warmUp: WarmUpGate
    let analysis: AnalysisGate
    /// Tells that there is a result.
    let notify: @Sendable (NamespacedName) -> Void
    let count: @Sendable (GateResult) -> Void
    let now: @Sendable () -> Timestamp
    private static let patience = Duration.seconds(1)

    func reconcile(_ request: ReconcileRequest) async throws -> ReconcileResult {
        guard let gate = board.assignment(of: request).gate, board.results(of: request).isEmpty,
            let world = caches.observe(request)
        else {
            analysis.forget(request)
            return .done
        }
        let migration = world.cluster.spec.migration ?? MigrationSpec()
        guard let pods = ServingPods(gate.revision, in: world), !pods.ready.isEmpty else {
            return .requeue(after: Self.patience)
        }
        switch gate.kind {
        case .warmUp, .prePromotion:
            let verdict = try await whileAssigned(gate, request) {
                try await warmUp.run(gate, migration, pods)
            }
            guard let verdict else { return .requeue(after: .zero) }
            conclude(gate, verdict, request)
            return .done
        case .postPromotion:
            switch try await analysis.advance(gate, world.cluster, pods) {
            case .verdict(let verdict):
                conclude(gate, verdict, request)
                return .done
            case .next(let delay): return .requeue(after: delay)
            }
        }
    }

    /// The time of the result is read when it is there, so that none from before the gate began can seem younger.
    private func conclude(_ gate: Gate, _ verdict: GateVerdict, _ cluster: NamespacedName) {
        let result = GateResult(
            gate: gate, outcome: verdict.outcome, message: String(verdict.message.prefix(1024)), observedAt: now())
        guard board.record(result, of: cluster) else { return }
        count(result)
        notify(cluster)
    }

    /// Breaks the body off once another gate is assigned. Nil then.
    private func whileAssigned(
        _ gate: Gate, _ cluster: NamespacedName, _ body: @escaping @Sendable () async throws -> GateVerdict
    ) async throws -> GateVerdict? {
        try await withThrowingTaskGroup(of: GateVerdict?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                while board.assignment(of: cluster).gate == gate {
                    try await MonotonicClock().sleep(for: .milliseconds(250))
                }
                return nil
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }
}

/// What a gate found, before it is a result with a revision, an attempt and a time.
struct GateVerdict: Sendable, Equatable {
    var outcome: GateResult.Outcome
    var message: String
}
