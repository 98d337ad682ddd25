extension LoadForecaster: Codable {
    private enum CodingKeys: String, CodingKey { case spans, profile, quarter, learned, jumps, surge, pending, newest }

    /// The quarter of an hour that the profile gathers.
    private struct Quarter: Codable {
        var number: Int64
        var sum: Int64
        var count: Int64
    }

    /// What it thinks of its methods.
    struct Learned: Codable {
        var methods: [ForecastScore]
        var combined: ForecastScore
        var peak: ForecastScore
        var belief: TrendBelief
    }

    /// Takes what was stored. A part that cannot have been stored so is left out, not an error: a forecaster learns anew.
    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let spans = try container.decodeIfPresent(BucketSeries.Stored.self, forKey: .spans)
        let codes = try container.decodeIfPresent([LoadCode].self, forKey: .profile) ?? []
        let quarter = try container.decodeIfPresent(Quarter.self, forKey: .quarter)
        restore(
            spans: spans,
            profile: SeasonalProfile(
                codes: codes, open: quarter?.number, sum: quarter?.sum ?? 0, count: quarter?.count ?? 0),
            learned: try? container.decodeIfPresent(Learned.self, forKey: .learned),
            jumps: try container.decodeIfPresent(JumpDetector.self, forKey: .jumps) ?? JumpDetector(),
            surge: (try? container.decodeIfPresent(LoadSurge.self, forKey: .surge)) ?? nil,
            pending: (try? container.decodeIfPresent([PendingForecast].self, forKey: .pending)) ?? [],
            newest: try container.decodeIfPresent(Int64.self, forKey: .newest))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(spans.stored, forKey: .spans)
        if profile.codes.contains(where: \.isKnown) { try container.encode(profile.codes, forKey: .profile) }
        if let open = profile.open {
            try container.encode(Quarter(number: open, sum: profile.sum, count: profile.count), forKey: .quarter)
        }
        try container.encode(
            Learned(methods: scores, combined: combinedScore, peak: peakScore, belief: belief), forKey: .learned)
        try container.encode(jumps, forKey: .jumps)
        try container.encodeIfPresent(surge, forKey: .surge)
        try container.encode(pending, forKey: .pending)
        try container.encodeIfPresent(newestSecond, forKey: .newest)
    }
}
