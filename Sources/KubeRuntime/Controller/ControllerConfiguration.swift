/// How a `Controller` runs.
public struct ControllerConfiguration: Sendable, Hashable {
    /// How many objects are reconciled at once, at least 1.
    public var maxConcurrentReconciles: Int
    /// A reconcile that takes longer is cancelled and counts as failed.
    public var reconcileTimeout: Duration
    /// How long running reconciles may go on after a shutdown began.
    public var gracePeriod: Duration

    public init(
        maxConcurrentReconciles: Int = 1, reconcileTimeout: Duration = .seconds(60),
        gracePeriod: Duration = .seconds(20)
    ) {
        self.maxConcurrentReconciles = max(1, maxConcurrentReconciles)
        self.reconcileTimeout = reconcileTimeout
        self.gracePeriod = gracePeriod
    }
}
