import KubeCore

/// Requests a second over time, again and again: quiet, a steep rise, a plateau, a fall, quiet.
struct TrafficCurve: Sendable {
    static let period = Duration.seconds(90)
    static let base = 60.0
    static let peak = 540.0

    /// Seconds into the period and the rate there; in between it is linear.
    private static let points: [(second: Double, rate: Double)] = [
        (0, base), (12, base), (15, peak), (42, peak), (46, base), (90, base),
    ]

    static func rate(at elapsed: Duration) -> Double {
        let second = elapsed.inSeconds.truncatingRemainder(dividingBy: period.inSeconds)
        for (from, to) in zip(points, points.dropFirst()) where second < to.second {
            let share = (second - from.second) / (to.second - from.second)
            return from.rate + (to.rate - from.rate) * max(0, share)
        }
        return base
    }
}
