/// The ways to look ahead that compete, by their own past errors.
enum ForecastMethod: Int, Sendable, CaseIterable {
    /// The load goes on as it went in the last minutes (`Trend`).
    case trend
    /// The load goes on as it did at this time of the day and of the week (`SeasonalProfile`).
    case season

    /// What is said of it.
    var name: String { self == .trend ? "trend" : "season" }
}
