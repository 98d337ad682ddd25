public import KubeCore

/// Expects a load some minutes ahead from what it was: a plain value that learns sample by sample, in bounded memory and
/// stored in less than 8 KiB.
///
/// Several simple methods compete (`ForecastMethod`): the level of the last minutes, robust lines through the last
/// minutes, and the week's profile. Each forecast of each method is kept until its time comes and then held against what
/// came (`ForecastScore`): the method with the least loss is believed, with the margin that its own errors at this horizon
/// ask for. That is prediction with expert advice (Cesa-Bianchi and Lugosi, "Prediction, Learning, and Games", 2006), by
/// following the best one with fading memory.
///
/// Samples may come as they like. Those within 5 s are averaged, what is older than that is left out, and a gap is a gap.
/// After an hour without a sample, or when the clock was set back by so much, only the profile and the scores stay.
public struct LoadForecaster: Sendable, Hashable {
    /// The farthest horizon.
    public static let longestHorizon = Duration.seconds(3600)
    static let span: Int64 = 30
    /// A forecast from samples older than this is none.
    private static let staleSeconds: Int64 = 300
    /// How many forecasts a season is tried on before it counts.
    private static let proof: Int32 = 20

    /// Spans of 30 s, the newest of which is open.
    private(set) var spans = BucketSeries(width: span, capacity: 61)
    private(set) var profile = SeasonalProfile()
    private(set) var scores = Array(repeating: ForecastScore(), count: ForecastMethod.allCases.count + 1)
    private(set) var belief = Belief()
    private(set) var jumps = JumpDetector()
    private(set) var pending: [PendingForecast] = []
    /// As of the newest closed span; follows from the spans.
    private var trend: Trend?
    private(set) var newestSecond: Int64?

    public init() {}

    /// Learns a sample.
    ///
    /// - Parameters:
    ///   - milli: the load, thousandths, 0 or more; more than 2^43 counts as that.
    ///   - horizon: how far ahead it will be asked for, so that it learns its errors there.
    public mutating func observe(_ milli: Int64, at time: Timestamp, horizon: Duration) {
        let second = time.seconds
        if let newestSecond, abs(second - newestSecond) > 3600 { forgetRecent() }
        newestSecond = max(second, newestSecond ?? second)
        jumps.add(min(max(milli, 0), BucketSeries.highest), second: second)
        guard let closed = spans.add(milli, second: second) else { return }
        profile.add(closed.milli, second: closed.bucket * Self.span)
        score(closed)
        trend = Trend(spans, newest: closed.bucket)
        predict(closed.bucket, horizon: Self.seconds(horizon))
    }

    /// The highest load expected within (now, now + horizon]; nil until there is something to go by, and when the newest
    /// sample is older than five minutes.
    public func forecast(at now: Timestamp, horizon: Duration) -> LoadForecast? {
        guard let newestSecond, let closed = spans.newestClosed,
            abs(now.seconds - newestSecond) <= Self.staleSeconds, let trend
        else { return nil }
        let elapsed = Double(max(now.seconds - closed * Self.span - Self.span / 2, 0))
        let h = Double(Self.seconds(horizon))
        let score = scores[scores.count - 1]
        let level = trend.load(ahead: 0)
        func load(_ part: Double, _ margin: Double) -> Double {
            let load = max(combined(loads(trend, ahead: elapsed + h * part, closed: closed)), level)
            return load + margin * load
        }
        let line = load(1, 0)
        let upper = load(1, score.margin)
        let hold = max((0...4).map { load(Double($0) / 4, score.holdMargin) }.max()!, upper)
        let before = spans[closed - JumpDetector.window / Self.span].map(Double.init) ?? trend.load(ahead: 0)
        guard Tuning.jump, let jump = jumps.load(before: before), jump > upper else {
            return LoadForecast(expected: Self.milli(line), upper: Self.milli(upper), hold: Self.milli(hold), method: leading.name)
        }
        return LoadForecast(expected: Self.milli(jump), upper: Self.milli(jump), hold: Self.milli(max(jump, hold)), method: "jump")
    }

    /// Moves what it remembers by how far the wall clock was set. The week's profile stays where it is: it follows the
    /// clock.
    public mutating func shift(by jump: Duration) {
        let seconds = jump.components.seconds
        guard seconds.magnitude < 1 << 40 else { return forgetRecent() }
        spans.shift(bySeconds: seconds)
        newestSecond? += seconds
        pending.removeAll()
        jumps = JumpDetector()
        if let closed = spans.newestClosed { trend = Trend(spans, newest: closed) }
    }

    private mutating func forgetRecent() {
        spans = BucketSeries(width: Self.span, capacity: spans.capacity)
        trend = nil
        pending.removeAll()
        jumps = JumpDetector()
        newestSecond = nil
    }

    /// Takes over what was stored, and works out the rest.
    mutating func restore(
        spans: BucketSeries.Stored?, profile: SeasonalProfile, scores: [ForecastScore],
        jumps: JumpDetector, pending: [PendingForecast],
        newest: Int64?
    ) {
        self.profile = profile
        if scores.count == self.scores.count { self.scores = scores }
        guard let newest, newest.magnitude < 1 << 40 else { return }
        self.spans = BucketSeries(width: Self.span, capacity: self.spans.capacity, stored: spans)
        newestSecond = newest
        self.jumps = jumps
        self.pending = pending.suffix(PendingForecast.most).filter { $0.loads.count == self.scores.count }
        if let closed = self.spans.newestClosed { trend = Trend(self.spans, newest: closed) }
    }

    // MARK: - Methods

    /// What each method expects `ahead` seconds after the newest closed span.
    private func loads(_ trend: Trend, ahead: Double, closed: Int64) -> (trend: Double, season: Double?) {
        let level = trend.load(ahead: 0)
        let line = trend.load(ahead: ahead)
        let load = Tuning.belief ? max(level + belief.share * (line - level), 0) : line
        let now = closed * Self.span + Self.span / 2
        guard let then = profile.load(second: now + Int64(ahead)), let before = profile.load(second: now) else {
            return (load, nil)
        }
        return (load, trend.load(ahead: 0) * min(max((then + 1) / (before + 1), 0.1), 10))
    }

    /// What the methods together expect: their mean, each with a weight that falls with the fourth power of its errors.
    private func combined(_ loads: (trend: Double, season: Double?)) -> Double {
        // A season has to prove itself first.
        guard let season = loads.season, scores[ForecastMethod.season.rawValue].count >= Self.proof else {
            return loads.trend
        }
        func weight(_ method: ForecastMethod) -> Double {
            let error = max(scores[method.rawValue].scale, 1e-3)
            return 1 / (error * error * error * error)
        }
        let weights = (trend: weight(.trend), season: weight(.season))
        return (weights.trend * loads.trend + weights.season * season) / (weights.trend + weights.season)
    }

    private var leading: ForecastMethod {
        let (trend, season) = (scores[0], scores[1])
        return season.count >= Self.proof && season.scale < trend.scale ? .season : .trend
    }

    private func highest(_ trend: Trend, elapsed: Double, horizon: Int64, closed: Int64) -> Double {
        var highest = 0.0
        for part in 0...4 {
            let ahead = elapsed + Double(horizon) * Double(part) / 4
            highest = max(highest, combined(loads(trend, ahead: ahead, closed: closed)))
        }
        return highest
    }

    // MARK: - Scores

    private mutating func predict(_ closed: Int64, horizon: Int64) {
        let spansAhead = max((horizon + Self.span - 1) / Self.span, 1)
        // At most so many wait at a time.
        guard let trend, closed % (1 + spansAhead / Int64(PendingForecast.most)) == 0 else { return }
        let loads = loads(trend, ahead: Double(spansAhead * Self.span), closed: closed)
        let level = trend.load(ahead: 0)
        let all = [loads.trend, loads.season ?? -1, max(combined(loads), level)]
        let h = Double(spansAhead * Self.span)
        let peak = (0...4).map {
            max(combined(self.loads(trend, ahead: h * Double($0) / 4, closed: closed)), level)
        }.max()!
        pending.append(
            PendingForecast(
                due: closed + spansAhead, loads: all.map { $0 < 0 ? -1 : Self.milli($0) },
                level: trend.load(ahead: 0), line: trend.load(ahead: h), peak: peak, from: closed))
        pending.removeFirst(max(pending.count - PendingForecast.most, 0))
    }

    private mutating func score(_ closed: BucketSeries.Closed) {
        for forecast in pending where forecast.due == closed.bucket {
            let highest = (max(forecast.from + 1, closed.bucket - 59)...max(closed.bucket, forecast.from + 1)).compactMap { spans[$0] }.max() ?? closed.milli
            scores[scores.count - 1].hold(error: (Double(highest) - forecast.peak) / max(forecast.peak, Double(highest) / 10, 1))
            belief.add(level: forecast.level, line: forecast.line, came: Double(closed.milli))
            for (index, load) in forecast.loads.enumerated() where load >= 0 {
                let base = max(Double(load), Double(closed.milli) / 10, 1)
                // Which method is right shows in the course of a day; how wrong all of them are is a matter of now.
                let isMethod = index < ForecastMethod.allCases.count
                scores[index].add(
                    error: (Double(closed.milli) - Double(load)) / base,
                    memory: isMethod ? ForecastScore.long : ForecastScore.short)
            }
        }
        pending.removeAll { $0.due <= closed.bucket }
    }

    private static func seconds(_ horizon: Duration) -> Int64 {
        min(max(horizon, .zero), longestHorizon).components.seconds
    }

    private static func milli(_ load: Double) -> Int64 {
        Int64(exactly: min(max(load, 0), 9e18).rounded()) ?? 0
    }
}

/// What the methods expected for a span that is still to come.
struct PendingForecast: Sendable, Hashable, Codable {
    /// How many may wait at a time.
    static let most = 32

    /// The span.
    var due: Int64
    /// By method, thousandths; -1 for none.
    var loads: [Int64]
    var level = 0.0
    var line = 0.0
    var peak = 0.0
    var from: Int64 = 0
}
