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

    /// Spans of 30 s, the newest of which is open.
    private(set) var spans = BucketSeries(width: span, capacity: 61)
    private(set) var profile = SeasonalProfile()
    private(set) var scores = Array(repeating: ForecastScore(), count: ForecastMethod.allCases.count)
    private(set) var pending: [PendingForecast] = []
    /// By method, as of the newest closed span; follows from the rest.
    private var lines: [TrendFit?] = Array(repeating: nil, count: ForecastMethod.allCases.count)
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
        guard let closed = spans.add(milli, second: second) else { return }
        profile.add(closed.milli, second: closed.bucket * Self.span)
        score(closed)
        refit(closed.bucket)
        predict(closed.bucket, horizon: Self.seconds(horizon))
    }

    /// The highest load expected within (now, now + horizon]; nil until there is something to go by, and when the newest
    /// sample is older than five minutes.
    public func forecast(at now: Timestamp, horizon: Duration) -> LoadForecast? {
        guard let newestSecond, let closed = spans.newestClosed,
            abs(now.seconds - newestSecond) <= Self.staleSeconds, let best = bestMethod
        else { return nil }
        let elapsed = Double(max(now.seconds - closed * Self.span - Self.span / 2, 0))
        guard let line = lines[best.index],
            let expected = highest(best.method, line, elapsed: elapsed, horizon: Self.seconds(horizon), closed: closed)
        else { return nil }
        let upper = expected * (1 + scores[best.index].margin)
        return LoadForecast(
            expected: Self.milli(expected), upper: Self.milli(upper), method: best.method.rawValue)
    }

    /// Moves what it remembers by how far the wall clock was set. The week's profile stays where it is: it follows the
    /// clock.
    public mutating func shift(by jump: Duration) {
        let seconds = jump.components.seconds
        guard seconds.magnitude < 1 << 40 else { return forgetRecent() }
        spans.shift(bySeconds: seconds)
        newestSecond? += seconds
        pending.removeAll()
        if let closed = spans.newestClosed { refit(closed) }
    }

    private mutating func forgetRecent() {
        spans = BucketSeries(width: Self.span, capacity: spans.capacity)
        lines = lines.map { _ in nil }
        pending.removeAll()
        newestSecond = nil
    }

    /// Takes over what was stored, and works out the rest.
    mutating func restore(
        spans: BucketSeries.Stored?, profile: SeasonalProfile, scores: [ForecastScore], pending: [PendingForecast],
        newest: Int64?
    ) {
        self.profile = profile
        if scores.count == self.scores.count { self.scores = scores }
        guard let newest, newest.magnitude < 1 << 40 else { return }
        self.spans = BucketSeries(width: Self.span, capacity: self.spans.capacity, stored: spans)
        newestSecond = newest
        self.pending = pending.suffix(PendingForecast.most).filter { $0.loads.count == self.scores.count }
        if let closed = self.spans.newestClosed { refit(closed) }
    }

    // MARK: - Methods

    private var bestMethod: (index: Int, method: ForecastMethod)? {
        ForecastMethod.allCases.enumerated()
            .filter { lines[$0.offset] != nil && ($0.element != .season || scores[$0.offset].count > 0) }
            .min { scores[$0.offset].loss < scores[$1.offset].loss }
            .map { ($0.offset, $0.element) }
    }

    private mutating func refit(_ closed: Int64) {
        for (index, method) in ForecastMethod.allCases.enumerated() {
            let line = TrendFit(spans, newest: closed, count: method.spans)
            switch method {
            case .shortTrend, .trend, .longTrend: lines[index] = line
            case .shortLevel, .longLevel, .season: lines[index] = line.map { $0.flat(spans: method.spans) }
            }
        }
    }

    /// What a method expects `ahead` seconds after the newest closed span.
    private func expected(_ method: ForecastMethod, _ line: TrendFit, ahead: Double, closed: Int64) -> Double? {
        switch method {
        case .shortLevel, .longLevel: return line.level
        case .shortTrend, .trend, .longTrend:
            // What was seen for some minutes is expected for as many, and no more.
            let seen = Double(Int64(method.spans) * Self.span)
            return max(line.level + line.slope * min(ahead, seen), 0)
        case .season:
            let middle = closed * Self.span + Self.span / 2
            guard let now = profile.load(second: middle), let then = profile.load(second: middle + Int64(ahead)) else {
                return nil
            }
            return line.level * min(max((then + 1) / (now + 1), 0.1), 10)
        }
    }

    private func highest(
        _ method: ForecastMethod, _ line: TrendFit, elapsed: Double, horizon: Int64, closed: Int64
    ) -> Double? {
        var highest: Double?
        for part in 0...4 {
            let ahead = elapsed + Double(horizon) * Double(part) / 4
            guard let load = expected(method, line, ahead: ahead, closed: closed) else { return nil }
            highest = max(highest ?? load, load)
        }
        return highest
    }

    // MARK: - Scores

    private mutating func predict(_ closed: Int64, horizon: Int64) {
        let spansAhead = max((horizon + Self.span - 1) / Self.span, 1)
        // At most so many wait at a time.
        guard closed % (1 + spansAhead / Int64(PendingForecast.most)) == 0 else { return }
        let loads = ForecastMethod.allCases.enumerated().map { index, method -> Int64 in
            guard let line = lines[index],
                let load = expected(method, line, ahead: Double(spansAhead * Self.span), closed: closed)
            else { return -1 }
            return Self.milli(load)
        }
        pending.append(PendingForecast(due: closed + spansAhead, loads: loads))
        pending.removeFirst(max(pending.count - PendingForecast.most, 0))
    }

    private mutating func score(_ closed: BucketSeries.Closed) {
        for forecast in pending where forecast.due == closed.bucket {
            for (index, load) in forecast.loads.enumerated() where load >= 0 {
                let base = max(Double(load), Double(closed.milli) / 10, 1)
                scores[index].add(error: (Double(closed.milli) - Double(load)) / base)
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
}
