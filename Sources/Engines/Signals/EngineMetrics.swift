/// Where an engine tells its load, and by which names.
public struct EngineMetrics: Sendable, Hashable {
    /// A sum over all samples of a metric, or over those whose label begins with some text.
    struct Counter: Sendable, Hashable {
        var name: String
        var label: String?
        var prefix = ""
    }

    /// The HTTP path on the engine's port.
    public var path: String
    /// Gauges of requests that are worked on and that wait.
    public var running: String
    public var waiting: String
    /// Gauges of the share of KV cache that is in use, 0 to 1: the first that is there counts, since releases differ.
    var kvCache: [String]
    /// Histograms in seconds.
    var timeToFirstToken: String
    var latency: String
    /// Counters of requests that ended, and of those that failed.
    var requests: Counter
    var errors: Counter?

    /// Every metric that is read.
    private var names: Set<String> {
        let histograms = [timeToFirstToken, latency].map { $0 + "_bucket" }
        let counters = [requests, errors].compactMap { $0?.name }
        return Set([running, waiting] + kvCache + histograms + counters)
    }

    /// What an engine's text says. A metric that is missing or not a number is nil; a text that is malformed throws.
    public func read(
        _ text: [UInt8], limits: ExpositionText.Limits = .init()
    ) throws(ExpositionText.Malformed) -> EngineReading {
        let text = try ExpositionText(parsing: text, keeping: names, limits: limits)
        var reading = EngineReading()
        reading.running = Self.count(text[running])
        reading.waiting = Self.count(text[waiting])
        reading.kvCacheShare = kvCache.lazy.compactMap { Self.highest(text[$0]) }.first
        reading.timeToFirstToken = Self.histogram(text[timeToFirstToken + "_bucket"])
        reading.latency = Self.histogram(text[latency + "_bucket"])
        reading.requests = Self.sum(requests, text)
        reading.errors = errors.flatMap { Self.sum($0, text) }
        return reading
    }

    // MARK: Values

    /// A number of requests over the engine's parts, such as the copies of data parallelism. A part that is no number
    /// makes the whole unknown: half a count would let a pod seem idle.
    private static func count(_ samples: [ExpositionText.Sample]) -> Int? {
        guard !samples.isEmpty else { return nil }
        let sum = samples.reduce(0) { $0 + $1.value }
        guard sum >= 0, sum.isFinite else { return nil }
        return Int(exactly: sum.rounded(.up))
    }

    /// The fullest part decides.
    private static func highest(_ samples: [ExpositionText.Sample]) -> Double? {
        guard !samples.isEmpty, samples.allSatisfy({ $0.value >= 0 && $0.value.isFinite }) else { return nil }
        return samples.map(\.value).max()
    }

    /// Nil when the metric is not there at all; 0 when it is and no sample has the label.
    private static func sum(_ counter: Counter, _ text: ExpositionText) -> Double? {
        let samples = text[counter.name]
        guard !samples.isEmpty else { return nil }
        let chosen = samples.filter { sample in
            guard let label = counter.label else { return true }
            return sample.labels[label]?.hasPrefix(counter.prefix) ?? false
        }
        let sum = chosen.reduce(0) { $0 + $1.value }
        return sum >= 0 && sum.isFinite ? sum : nil
    }

    private static func histogram(_ samples: [ExpositionText.Sample]) -> LatencyHistogram? {
        var counts: [Double: Double] = [:]
        for sample in samples {
            guard let text = sample.labels["le"], let bound = text == "+Inf" ? .infinity : Double(text), !bound.isNaN
            else { return nil }
            counts[bound, default: 0] += sample.value
        }
        return LatencyHistogram(counts: counts)
    }
}

/// What one pod's engine said of its load at one moment. Nil is unknown, which is not 0.
public struct EngineReading: Sendable, Hashable {
    /// Requests that are worked on.
    public var running: Int?
    /// Requests that wait in the engine's queue.
    public var waiting: Int?
    /// The share of KV cache in use, 0 to 1 by the engine's account.
    public var kvCacheShare: Double?
    public var timeToFirstToken: LatencyHistogram?
    /// From arrival to the last token.
    public var latency: LatencyHistogram?
    /// Requests that ended since the engine's start, and those of them that failed.
    public var requests: Double?
    public var errors: Double?

    public init() {}

    /// Requests that would be lost if the engine ended now.
    public var inFlight: Int? {
        guard let running, let waiting else { return nil }
        let (sum, overflow) = running.addingReportingOverflow(waiting)
        return overflow ? nil : sum
    }
}
