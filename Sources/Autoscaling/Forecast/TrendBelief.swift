/// How much of the growth that lines promise comes true at the present horizon: on a load that ramps nearly all of it, on
/// one that wanders nothing, though lines through a wandering load look as sure.
///
/// The least-squares slope of what came on what was promised, both as shares of the load, through the origin, with fading
/// memory (recursive least squares with exponential forgetting; Ljung, "System Identification", 1987). It begins with
/// believing everything, and lets go of that as if ten promises of 10 % had been kept.
struct TrendBelief: Sendable, Hashable, Codable {
    private static let first = 0.1
    /// Half a day of forecasts, as for the methods.
    private static let memory = ForecastScore.long

    private var kept = first
    private var promised = first

    /// 0 to 1.
    var share: Double { promised > 0 ? min(max(kept / promised, 0), 1) : 1 }

    /// - Parameters:
    ///   - load: when it was promised, thousandths.
    ///   - line: what the lines said would come; less than `load` is no promise.
    ///   - came: what came.
    mutating func learn(load: Double, line: Double, came: Double) {
        guard line > load else { return }
        let base = max(load, came / 10, 1)
        let promise = min((line - load) / base, 1)
        let change = min(max((came - load) / base, -1), 1)
        kept += (Self.first - kept) * Self.memory + promise * change
        promised += (Self.first - promised) * Self.memory + promise * promise
    }
}
