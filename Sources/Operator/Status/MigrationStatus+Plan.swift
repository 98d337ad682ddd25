internal import DeepSeekAPI
internal import KubeCore
internal import Migration

extension MigrationStatus {
    /// Nil while there is nothing to serve.
    init?(_ plan: MigrationPlan) {
        guard plan.record != nil else { return nil }
        self.init()
        step = plan.step.rawValue
        since = plan.since
        deadline = plan.deadline
        waitingFor = String(plan.waitingFor.prefix(1024))
    }
}

extension OperationStatus {
    init(_ receipt: OperationReceipt) {
        self.init(id: receipt.id)
        phase =
            switch receipt.phase {
            case .running: .running
            case .succeeded: .succeeded
            case .failed: .failed
            case .skipped: .skipped
            }
        message = receipt.message.isEmpty ? nil : String(receipt.message.prefix(1024))
        completedAt = receipt.completedAt
    }
}

extension Rejection.Reason {
    /// Whether it says that something is wrong, as against a person's wish.
    var isTrouble: Bool { self != .aborted && self != .rolledBack }
}
