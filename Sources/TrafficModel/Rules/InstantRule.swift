/// A yardstick: as many replicas as this second's arrivals need, at once. It knows the load now and not later, so no causal
/// rule that starts pods can answer a step sooner. What it needed within `holdSeconds` it keeps: a pod that is taken away
/// while it loads never serves.
public struct InstantRule: ScalingRule {
    public let name = "instant"
    public let syncSeconds = 1
    private let target: Double
    private let bounds: ClosedRange<Int>
    /// What was needed in the last seconds, a ring.
    private var needed: [Int]
    private var isFirst = true

    /// - Parameters:
    ///   - target: requests a second for each replica, positive.
    ///   - holdSeconds: at least 1.
    public init(target: Double, bounds: ClosedRange<Int>, holdSeconds: Int = 300) {
        self.target = target
        self.bounds = bounds
        needed = Array(repeating: bounds.lowerBound, count: max(holdSeconds, 1))
    }

    public mutating func decide(_ view: FleetView) -> Int {
        let now = Int(exactly: (view.history.latest / target).rounded(.up)) ?? bounds.upperBound
        if isFirst {
            // What was there counts as needed: nobody knows better.
            needed = needed.map { _ in min(max(view.replicas, bounds.lowerBound), bounds.upperBound) }
            isFirst = false
        }
        needed[view.second % needed.count] = min(max(now, bounds.lowerBound), bounds.upperBound)
        return needed.reduce(bounds.lowerBound, max)
    }
}
