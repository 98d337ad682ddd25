/// The ways to look ahead that compete. Each is simple; which one is right shows in its own past errors.
enum ForecastMethod: String, Sendable, Hashable, Codable, CaseIterable {
    /// The load stays as it was in the last minutes.
    case shortLevel
    case longLevel
    /// The load goes on as it went, by lines through the last minutes (`TrendFit`).
    case shortTrend
    case trend
    case longTrend
    /// The load goes on as it did at this time of the day and of the week.
    case season

    /// How many closed spans of 30 s it looks at.
    var spans: Int {
        switch self {
        case .shortLevel, .season: 4
        case .longLevel: 10
        case .shortTrend: 6
        case .trend: 20
        case .longTrend: 60
        }
    }
}
