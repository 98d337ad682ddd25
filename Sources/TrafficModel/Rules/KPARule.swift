/// A yardstick: Knative's pod autoscaler on requests a second, with its defaults (pkg/autoscaler/scaling/autoscaler.go): a
/// stable window of 60 s, a panic window of 6 s that takes over at twice the load of what is ready and lets nothing shrink,
/// growth to 1,000 times and shrinking to half of what is ready.
public struct KPARule: ScalingRule {
    public let name = "kpa"
    public let syncSeconds: Int
    private static let stableSeconds = 60
    private static let panicSeconds = 6
    private static let panicThreshold = 2.0
    private static let maxScaleUpRate = 1000.0
    private static let maxScaleDownRate = 2.0

    private let target: Double
    private let bounds: ClosedRange<Int>
    /// When the load was last over the threshold; nil: no panic.
    private var panickedAt: Int?
    private var maxPanicReplicas = 0
    private var isFirst = true

    /// - Parameters:
    ///   - target: requests a second for each replica, positive, Knative's utilization target already in it.
    ///   - syncSeconds: Knative's tick is 2.
    public init(target: Double, bounds: ClosedRange<Int>, syncSeconds: Int = 2) {
        self.syncSeconds = max(syncSeconds, 1)
        self.target = target
        self.bounds = bounds
    }

    public mutating func decide(_ view: FleetView) -> Int {
        if isFirst, view.ready > 1 {
            // Knative starts in panic so that an empty history shrinks nothing.
            panickedAt = view.second
            maxPanicReplicas = view.ready
        }
        isFirst = false
        let ready = Double(max(view.ready, 1))
        let stable = (view.history.mean(over: Self.stableSeconds) / target).rounded(.up)
        let panic = (view.history.mean(over: Self.panicSeconds) / target).rounded(.up)
        updatePanic(isOver: panic / ready >= Self.panicThreshold, at: view.second)
        var replicas = limited(stable, ready)
        if panickedAt != nil {
            maxPanicReplicas = max(maxPanicReplicas, replicas, limited(panic, ready))
            replicas = maxPanicReplicas
        }
        return min(max(replicas, bounds.lowerBound), bounds.upperBound)
    }

    private mutating func updatePanic(isOver: Bool, at second: Int) {
        if isOver {
            panickedAt = second
        } else if let since = panickedAt, since + Self.stableSeconds < second {
            panickedAt = nil
            maxPanicReplicas = 0
        }
    }

    private func limited(_ replicas: Double, _ ready: Double) -> Int {
        let most = (Self.maxScaleUpRate * ready).rounded(.up)
        let least = (ready / Self.maxScaleDownRate).rounded(.down)
        return Int(exactly: min(max(replicas, least), most)) ?? bounds.upperBound
    }
}
