/// A line through the last spans of a series: level at the newest of them, and slope.
///
/// Least squares with Huber's weights, reweighted twice (Holland and Welsch, "Robust regression using iteratively
/// reweighted least-squares", 1977; k = 1.345 times the scale, which is 1.4826 times the median absolute residual): a
/// spike counts as if it were not much further off than the rest.
struct TrendFit: Sendable, Hashable {
    /// Thousandths, and thousandths a second.
    var level: Double
    var slope: Double

    private static let tuning = 1.345
    private static let rounds = 2
    /// Fewer points make no line.
    private static let fewest = 3

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
        guard times.count >= Self.fewest, let first = Self.line(times, loads, weights: nil) else { return nil }
        self = first
        for _ in 0..<Self.rounds {
            var residuals = zip(times, loads).map { abs($1 - level - slope * $0) }
            let scale = 1.4826 * Self.median(residuals)
            guard scale > 0 else { return }
            for index in residuals.indices {
                residuals[index] = min(1, Self.tuning * scale / max(residuals[index], .leastNormalMagnitude))
            }
            guard let better = Self.line(times, loads, weights: residuals) else { return }
            self = better
        }
    }

    private init(level: Double, slope: Double) {
        self.level = level
        self.slope = slope
    }

    /// nil where all points are of one time.
    private static func line(_ times: [Double], _ loads: [Double], weights: [Double]?) -> TrendFit? {
        var total = 0.0
        var meanTime = 0.0
        var meanLoad = 0.0
        for index in times.indices {
            let weight = weights?[index] ?? 1
            total += weight
            meanTime += weight * times[index]
            meanLoad += weight * loads[index]
        }
        guard total > 0 else { return nil }
        meanTime /= total
        meanLoad /= total
        var spread = 0.0
        var common = 0.0
        for index in times.indices {
            let weight = weights?[index] ?? 1
            let time = times[index] - meanTime
            spread += weight * time * time
            common += weight * time * (loads[index] - meanLoad)
        }
        guard spread > 0 else { return nil }
        let slope = common / spread
        return TrendFit(level: meanLoad - slope * meanTime, slope: slope)
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted[sorted.count / 2]
    }
}

extension TrendFit {
    /// The level that the line had in the middle of its spans, and no slope.
    func flat(spans: Int) -> TrendFit {
        let middle = Double((Int64(spans) - 1) * LoadForecaster.span) / 2
        return TrendFit(level: max(level - slope * middle, 0), slope: 0)
    }
}
