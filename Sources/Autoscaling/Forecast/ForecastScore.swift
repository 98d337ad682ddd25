/// How far off the forecasts were at the present horizon, relative to themselves, and the margin that they need.
///
/// The margin is the upper quantile of the errors, followed online: up by much when the load came out above it, down by
/// little when it did not (Gibbs and Candès, "Adaptive conformal inference under distribution shift", 2021).
struct ForecastScore: Sendable, Hashable, Codable {
    /// How much the newest error counts, once there are some: for what is known of the present, and for what shows only in
    /// half a day.
    static let short = 1.0 / 40
    static let long = 1.0 / 1440
    private static let step = 0.15

    private(set) var margin = 0.05
    /// The mean size of the errors.
    private(set) var scale = 0.0
    private(set) var count: Int32 = 0

    /// - Parameters:
    ///   - error: (load − forecast) / forecast.
    ///   - coverage: the share of loads that should stay at or under the forecast with its margin.
    mutating func add(error: Double, memory: Double, coverage: Double) {
        count = min(count + 1, 1 << 20)
        scale += (abs(error) - scale) * max(memory, 1 / Double(count))
        // A margin that nothing asks for any more shrinks, too.
        margin += Self.step * max(scale, margin) * (error > margin ? coverage : coverage - 1)
        margin = min(max(margin, 0), 1)
    }
}
