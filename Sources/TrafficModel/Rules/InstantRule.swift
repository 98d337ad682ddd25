/// A yardstick: as many replicas as this second's arrivals need, at once and without windows. It knows the load now and not
/// later, so no causal rule that starts pods can answer a step sooner.
public struct InstantRule: ScalingRule {
    public let name = "instant"
    public let syncSeconds = 1
    private let target: Double
    private let bounds: ClosedRange<Int>

    /// - Parameters:
    ///   - target: requests a second for each replica, positive.
    public init(target: Double, bounds: ClosedRange<Int>) {
        self.target = target
        self.bounds = bounds
    }

    public mutating func decide(_ view: FleetView) -> Int {
        let needed = Int(exactly: (view.arrivals / target).rounded(.up)) ?? bounds.upperBound
        return min(max(needed, bounds.lowerBound), bounds.upperBound)
    }
}
