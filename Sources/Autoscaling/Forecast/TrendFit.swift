/// A line through the last spans of a series: its middle, its slope, and how sure that is.
///
/// Least squares with Huber's weights, reweighted twice (Holland and Welsch, "Robust regression using iteratively
/// reweighted least-squares", 1977; k = 1.345 times the scale, which is 1.4826 times the median absolute residual): a
/// spike counts as if it were not much further off than the rest.
struct TrendFit: Sendable, Hashable {
    /// Seconds from the middle of the points to the middle of the newest span, and the load there, thousandths.
    private(set) var age: Double
    private(set) var middle: Double
    /// Thousandths a second.
    private(set) var slope: Double
    /// Slope by its standard error, squared: how far it is from chance.
    private(set) var significance = 0.0

    private static let tuning = 1.345
    private static let rounds = 2
    /// Fewer points say nothing of a slope's error.
    private static let fewest = 6

    /// - Parameters:
    ///   - newest: the span that the line ends with; `count` spans are looked at, gaps left out.
    init?(_ series: BucketSeries, newest: Int64, count: Int) {
        var times: [Double] = []
        var loads: [Double] = []
        times.reserveCapacity(count)
        loads.reserveCapacity(count)
        for age in 0..<Int64(count) {
            guard let load = series[newest - age] else { continue }
            times.append(Double(-age * series.width))
            loads.append(Double(load))
        }
        var weights = Array(repeating: 1.0, count: times.count)
        guard times.count >= Self.fewest, let first = Self.line(times, loads, weights) else { return nil }
        self = first
        for _ in 0..<Self.rounds {
            let residuals = zip(times, loads).map { abs($1 - load(at: $0)) }
            let scale = 1.4826 * residuals.sorted()[residuals.count / 2]
            guard scale > 0 else { break }
            weights = residuals.map { min(1, Self.tuning * scale / max($0, .leastNormalMagnitude)) }
            guard let better = Self.line(times, loads, weights) else { break }
            self = better
        }
        significance = significance(times, loads, weights)
    }

    /// The load on the line, this many seconds after the newest span.
    func load(at time: Double) -> Double { middle + slope * (time + age) }

    private init(age: Double, middle: Double, slope: Double) {
        self.age = age
        self.middle = middle
        self.slope = slope
    }

    private static func line(_ times: [Double], _ loads: [Double], _ weights: [Double]) -> TrendFit? {
        var total = 0.0
        var time = 0.0
        var load = 0.0
        for index in times.indices {
            total += weights[index]
            time += weights[index] * times[index]
            load += weights[index] * loads[index]
        }
        guard total > 0 else { return nil }
        time /= total
        load /= total
        var spread = 0.0
        var common = 0.0
        for index in times.indices {
            let distance = times[index] - time
            spread += weights[index] * distance * distance
            common += weights[index] * distance * (loads[index] - load)
        }
        guard spread > 0 else { return nil }
        return TrendFit(age: -time, middle: load, slope: common / spread)
    }

    private func significance(_ times: [Double], _ loads: [Double], _ weights: [Double]) -> Double {
        var squares = 0.0
        var spread = 0.0
        for index in times.indices {
            let residual = loads[index] - load(at: times[index])
            squares += weights[index] * residual * residual
            spread += weights[index] * (times[index] + age) * (times[index] + age)
        }
        // Even a line without noise is not known better than to a thousandth of the load.
        let error = squares / Double(times.count - 2) + middle * middle * 1e-6
        return error > 0 ? slope * slope * spread / error : 0
    }
}
