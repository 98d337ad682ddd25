public import KubeCore

/// Expects a load some minutes ahead from what it was: a plain value that learns sample by sample, in bounded memory and
/// stored in less than 8 KiB.
///
/// Simple methods compete (`ForecastMethod`): robust lines through the last minutes, as far as their promises come true
/// (`TrendBelief`), and the week's profile. Each forecast of each method is kept until its time comes and then held against
/// what came (`ForecastScore`): the method with the least loss is believed, with the margin that its own errors at this
/// horizon ask for. That is prediction with expert advice (Cesa-Bianchi and Lugosi, "Prediction, Learning, and Games",
/// 2006), by following the best one with fading memory.
///
/// Two things are asked of it. What the load will be at the horizon says what to start: two of five loads come out above
/// it with its margin, and what a tolerance is for. And the highest load until what is given up now could be back says what
/// to keep: one in ten comes out above that, and meets a queue.
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
    /// Shares of loads that stay under what is started for, and under what is kept.
    private static let startCoverage = 0.6
    private static let keepCoverage = 0.9
    /// Closed spans before there is a forecast: ten minutes. And how many without a gap, as long as HPA's window, before
    /// anything is given up for it.
    private static let fewest: Int64 = 20
    private static let unbroken: Int64 = 10
    /// Spans that a metric takes to show a change: a rate is a mean over a minute.
    private static let lag = JumpDetector.window / span

    /// Spans of 30 s, the newest of which is open.
    private(set) var spans = BucketSeries(width: span, capacity: 61)
    private(set) var profile = SeasonalProfile()
    /// Of each method.
    private(set) var scores = Array(repeating: ForecastScore(), count: ForecastMethod.allCases.count)
    /// Of the methods together, and of the highest load within the horizon.
    private(set) var combinedScore = ForecastScore()
    private(set) var peakScore = ForecastScore()
    private(set) var belief = TrendBelief()
    private(set) var jumps = JumpDetector()
    private(set) var pending: [PendingForecast] = []
    /// The last one, as long as lines could reach across it.
    private(set) var surge: LoadSurge?
    /// As of the newest closed span; they follow from the spans.
    private var trend: Trend?
    private var isLong = false
    private var isUnbroken = false
    private(set) var newestSecond: Int64?

    public init() {}

    /// Learns a sample.
    ///
    /// - Parameters:
    ///   - milli: the load, thousandths, 0 or more; more than 2^43 counts as that.
    ///   - horizon: how far ahead it will be asked for, so that it learns its errors there.
    ///   - served: what the pods that are ready take, thousandths.
    public mutating func observe(_ milli: Int64, at time: Timestamp, horizon: Duration, served: Double = 0) {
        let second = time.seconds
        if let newestSecond, abs(second - newestSecond) > 3600 { forgetRecent() }
        newestSecond = max(second, newestSecond ?? second)
        jumps.add(min(max(milli, 0), BucketSeries.highest), second: second)
        noteJump(second, horizon: Self.seconds(horizon), served: served)
        guard let closed = spans.add(milli, second: second) else { return }
        profile.add(closed.milli, second: closed.bucket * Self.span)
        score(closed)
        follow(closed.bucket)
        predict(closed.bucket, horizon: Self.seconds(horizon))
    }

    /// The load expected at now + horizon; nil until ten minutes are known, and when the newest sample is older than five
    /// minutes.
    public func forecast(at now: Timestamp, horizon: Duration) -> LoadForecast? {
        guard let newestSecond, let closed = spans.newestClosed,
            abs(now.seconds - newestSecond) <= Self.staleSeconds, let trend, isLong
        else { return nil }
        let elapsed = Double(max(now.seconds - closed * Self.span - Self.span / 2, 0))
        let ahead = elapsed + Double(Self.seconds(horizon))
        let expected = load(trend, ahead: ahead, closed: closed)
        let extra = surge?.extra(at: now.seconds) ?? 0
        let upper = expected * (1 + combinedScore.margin) + extra
        let peak = peak(trend, from: elapsed, to: ahead + Double(Self.lag * Self.span), closed: closed)
        let isProven = isUnbroken && spans.newest == closed + 1 && peakScore.count >= Self.proof
        let kept = isProven ? max(peak * (1 + peakScore.margin), upper) : nil
        let before = spans[closed - Self.lag].map(Double.init) ?? trend.level
        guard let jump = jumps.load(before: before), jump + extra > upper else {
            return LoadForecast(
                expected: Self.milli(expected), upper: Self.milli(upper), kept: kept.map(Self.milli),
                method: leading.name)
        }
        return LoadForecast(
            expected: Self.milli(jump), upper: Self.milli(jump + extra),
            kept: kept.map { Self.milli(max($0, jump + extra)) }, method: LoadForecast.jump)
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
        surge?.shift(bySeconds: seconds)
        if let closed = spans.newestClosed { follow(closed) }
    }

    /// Nobody foresees a jump: it says nothing of the forecasts made before it, and no line goes through it.
    private mutating func noteJump(_ second: Int64, horizon: Int64, served: Double) {
        guard jumps.isJump(at: second), let closed = spans.newestClosed,
            let before = spans[closed - Self.lag].map(Double.init), let jump = jumps.load(before: before),
            let surge = LoadSurge(
                from: before, to: jump, served: served, second: second, horizon: horizon, last: surge)
        else { return }
        self.surge = surge
        pending.removeAll()
    }

    /// Works out what follows from the spans.
    private mutating func follow(_ closed: Int64) {
        let oldest = (closed - Int64(spans.capacity)) * Self.span
        if let jump = surge?.second, jump < oldest { surge = nil }
        trend = Trend(spans, newest: closed, after: surge.map { $0.second / Self.span })
        isLong = (Self.fewest..<Int64(spans.capacity)).contains { spans[closed - $0 + 1] != nil }
        isUnbroken = (0..<Self.unbroken).allSatisfy { spans[closed - $0] != nil }
    }

    private mutating func forgetRecent() {
        spans = BucketSeries(width: Self.span, capacity: spans.capacity)
        trend = nil
        pending.removeAll()
        jumps = JumpDetector()
        surge = nil
        newestSecond = nil
    }

    /// Takes over what was stored, and works out the rest.
    mutating func restore(
        spans: BucketSeries.Stored?, profile: SeasonalProfile, learned: Learned?, jumps: JumpDetector,
        surge: LoadSurge?, pending: [PendingForecast], newest: Int64?
    ) {
        self.profile = profile
        if let learned, learned.methods.count == scores.count {
            scores = learned.methods
            combinedScore = learned.combined
            peakScore = learned.peak
            belief = learned.belief
        }
        guard let newest, newest.magnitude < 1 << 40 else { return }
        self.spans = BucketSeries(width: Self.span, capacity: self.spans.capacity, stored: spans)
        newestSecond = newest
        self.jumps = jumps
        self.surge = surge.flatMap { $0.isValid ? $0 : nil }
        self.pending = pending.suffix(PendingForecast.most).filter {
            $0.methods.count == scores.count && $0.made.magnitude < 1 << 40 && $0.due.magnitude < 1 << 40
        }
        if let closed = self.spans.newestClosed { follow(closed) }
    }

    // MARK: - Methods

    /// What each method expects `ahead` seconds after the newest closed span.
    private func loads(_ trend: Trend, ahead: Double, closed: Int64) -> (trend: Double, season: Double?) {
        let level = trend.level
        let load = level + belief.share * (trend.load(ahead: ahead) - level)
        let now = closed * Self.span + Self.span / 2
        guard let then = profile.load(second: now + Int64(ahead)), let before = profile.load(second: now) else {
            return (load, nil)
        }
        return (load, level * min(max((then + 1) / (before + 1), 0.1), 10))
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

    /// What is expected so many seconds after the newest closed span, at least what there is: what falls is given up when it
    /// has fallen.
    private func load(_ trend: Trend, ahead: Double, closed: Int64) -> Double {
        max(combined(loads(trend, ahead: ahead, closed: closed)), trend.level)
    }

    /// The highest of what is expected from one time to another.
    private func peak(_ trend: Trend, from: Double, to end: Double, closed: Int64) -> Double {
        (0...4).reduce(0) { max($0, load(trend, ahead: from + (end - from) * Double($1) / 4, closed: closed)) }
    }

    // MARK: - Scores

    private mutating func predict(_ closed: Int64, horizon: Int64) {
        let spansAhead = max((horizon + Self.span - 1) / Self.span, 1)
        // At most so many wait at a time.
        let waiting = spansAhead + Self.lag
        guard let trend, closed % (1 + waiting / Int64(PendingForecast.most)) == 0 else { return }
        let ahead = Double(spansAhead * Self.span)
        let loads = loads(trend, ahead: ahead, closed: closed)
        let peak = peak(trend, from: 0, to: Double(waiting * Self.span), closed: closed)
        pending.append(
            PendingForecast(
                made: closed, due: closed + spansAhead,
                methods: [LoadCode(milli: loads.trend), loads.season.map { LoadCode(milli: $0) } ?? LoadCode()],
                combined: LoadCode(milli: load(trend, ahead: ahead, closed: closed)), peak: LoadCode(milli: peak),
                level: LoadCode(milli: trend.level), line: LoadCode(milli: trend.load(ahead: ahead))))
        pending.removeFirst(max(pending.count - PendingForecast.most, 0))
    }

    private mutating func score(_ closed: BucketSeries.Closed) {
        let came = Double(closed.milli)
        for forecast in pending where forecast.due == closed.bucket {
            belief.learn(load: forecast.level.milli, line: forecast.line.milli, came: came)
            // Which method is right shows in the course of a day; how wrong all of them are is a matter of now.
            for (index, load) in forecast.methods.enumerated() where load.isKnown {
                scores[index].add(
                    error: Self.error(load, came), memory: ForecastScore.long, coverage: Self.startCoverage)
            }
            combinedScore.add(
                error: Self.error(forecast.combined, came), memory: ForecastScore.short, coverage: Self.startCoverage)
        }
        for forecast in pending where forecast.due + Self.lag == closed.bucket {
            peakScore.add(
                error: Self.error(forecast.peak, highest(after: forecast.made, to: closed)),
                memory: ForecastScore.short, coverage: Self.keepCoverage)
        }
        pending.removeAll { $0.due + Self.lag <= closed.bucket }
    }

    /// The highest load of the spans after one, as far as they are kept.
    private func highest(after made: Int64, to closed: BucketSeries.Closed) -> Double {
        let count = min(max(closed.bucket - made, 1), Int64(spans.capacity))
        return (0..<count).reduce(Double(closed.milli)) { max($0, spans[closed.bucket - $1].map(Double.init) ?? 0) }
    }

    private static func error(_ forecast: LoadCode, _ came: Double) -> Double {
        (came - forecast.milli) / max(forecast.milli, came / 10, 1)
    }

    private static func seconds(_ horizon: Duration) -> Int64 {
        min(max(horizon, .zero), longestHorizon).components.seconds
    }

    private static func milli(_ load: Double) -> Int64 {
        Int64(exactly: min(max(load, 0), 9e18).rounded()) ?? 0
    }
}
