internal import KubeCore
internal import KubeRuntime
internal import Migration

/// Hands on what a plan asks for beside its writes: a gate to run, revisions whose requests to count, when to look again.
struct MigrationDesk: Sendable {
    let board: MigrationBoard
    let metrics: MigrationMetrics
    /// Tells those who run gates and those who count requests that there is work.
    let notify: @Sendable (NamespacedName) -> Void
    /// Room comes without a word where a quota is changed.
    private static let roomPeriod = Duration.seconds(5)

    init(board: MigrationBoard, metrics: MigrationMetrics, notify: @escaping @Sendable (NamespacedName) -> Void) {
        self.board = board
        self.metrics = metrics
        self.notify = notify
    }

    func forget(_ cluster: NamespacedName) {
        board.forget(cluster)
        notify(cluster)
    }

    func follow(_ plan: Plan, of cluster: NamespacedName, now: Timestamp) -> ReconcileResult {
        guard let migration = plan.migration else { return .done }
        let draining = (migration.record?.retiring ?? []).map(\.revision).sorted()
        if board.assign(.init(gate: migration.gate, draining: draining), to: cluster) { notify(cluster) }
        let due = migration.wakeAt.map { max(.milliseconds(50), $0.since(now)) }
        let waitsForRoom = migration.step == .awaitingCapacity || migration.step == .makingRoom
        let next = [due, waitsForRoom ? Self.roomPeriod : nil].compactMap(\.self).min()
        return next.map { .requeue(after: $0) } ?? .done
    }
}
