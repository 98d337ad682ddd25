/// How well one method has done at the present horizon, and the margin that it needs.
///
/// The margin is the upper quantile of the method's relative errors, followed online: up by much when the load came out
/// above it, down by little when it did not (Gibbs and Candès, "Adaptive conformal inference under distribution shift",
/// 2021). The loss is the quantile's own (pinball) loss, relative to the load, so that the method wins whose upper bound is
/// the closest that holds.
struct ForecastScore: Sendable, Hashable, Codable {
    /// The share of loads that should stay at or under the upper bound.
    static let coverage = 0.9
    /// How much the newest error counts, once there are some.
    private static let memory = 1.0 / 40
    private static let step = 0.15

    /// Relative to the forecast.
    private(set) var margin = 0.05
    private(set) var loss = 0.0
    /// The mean size of relative errors.
    private(set) var scale = 0.0
    private(set) var count: Int32 = 0

    /// - Parameter error: (load − forecast) / forecast.
    mutating func add(error: Double) {
        count = min(count + 1, 1 << 20)
        let share = max(Self.memory, 1 / Double(count))
        let excess = error - margin
        let pinball = excess > 0 ? Self.coverage * excess : (Self.coverage - 1) * excess
        loss += (pinball - loss) * share
        scale += (abs(error) - scale) * share
        margin += Self.step * scale * (excess > 0 ? Self.coverage : Self.coverage - 1)
        margin = min(max(margin, 0), 1)
    }
}
