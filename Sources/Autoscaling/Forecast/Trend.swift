/// Where the load goes by what it did in the last minutes.
///
/// Lines are laid through several windows (`TrendFit`). A slope counts by how far it is from chance: it is shrunk by
/// t² / (t² + 16), and the windows are averaged with weights t⁴, beside a constant for the ten minutes in the middle, which
/// is all that counts where nothing is sure. So a ramp shows within minutes on a quiet load, while on a restless one a
/// mean stays a mean. What was seen for some minutes is expected for twice as many, and no longer: the trend is damped
/// (Gardner and McKenzie, "Forecasting trends in time series", 1985).
struct Trend: Sendable, Hashable {
    /// Spans of each window.
    private static let windows = [6, 20, 60]
    private static let middle = 1
    private static let doubt = 16.0
    private static let longest = 2.0

    private struct Part: Sendable, Hashable {
        var fit: TrendFit
        var weight: Double
        /// How far ahead it holds.
        var reach: Double
    }

    private var parts: [Part] = []
    /// The load now: asked for several times in a decision.
    private(set) var level = 0.0

    /// - Parameters:
    ///   - newest: the newest closed span.
    ///   - jump: the span in which the load last jumped: no line goes through it.
    init?(_ series: BucketSeries, newest: Int64, after jump: Int64?) {
        let most = jump.map { Int(clamping: max(newest - $0, 0)) } ?? .max
        for (index, count) in Self.windows.enumerated() {
            let count = min(count, most)
            guard let fit = TrendFit(series, newest: newest, count: count) else { continue }
            let own = fit.significance * fit.significance
            let weight = own + (index == Self.middle ? Self.doubt * Self.doubt : 1e-9)
            parts.append(Part(fit: fit, weight: weight, reach: Self.longest * Double(count) * Double(series.width)))
        }
        guard !parts.isEmpty else {
            // Right after a jump there is no line yet: the load stays as it is.
            guard jump != nil, let load = series[newest] else { return nil }
            level = Double(load)
            return
        }
        level = load(ahead: 0)
    }

    /// The load this many seconds after the newest closed span, thousandths.
    func load(ahead: Double) -> Double {
        var total = 0.0
        var sum = 0.0
        for part in parts {
            let share = part.fit.significance / (part.fit.significance + Self.doubt)
            let time = part.fit.age + min(ahead, part.reach)
            total += part.weight
            sum += part.weight * (part.fit.middle + share * part.fit.slope * time)
        }
        return total > 0 ? max(sum / total, 0) : level
    }
}
