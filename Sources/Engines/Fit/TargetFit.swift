public import DeepSeekAPI
internal import KubeCore

/// Whether a replica can do what a target of requests per second asks of it, by Little's law: with n requests worked on at a
/// time, each has n / rate seconds.
public struct TargetFit: Sendable, Hashable {
    /// No request that generates text is done in less.
    private static let leastSeconds = 0.2

    /// Requests per second and replica.
    public var rate: Double
    /// Requests that a replica works on at a time.
    public var sequences: Int
    /// What requests took of late from beginning to end; nil where it is not known.
    public var requestSeconds: Double?

    /// - Parameter requestSeconds: as measured, which is at the present load: at a higher one they take longer.
    /// - Returns: nil for what is no target of requests per second and replica, by the metric's name.
    public init?(_ metric: MetricSpec, engine: EngineSpec, requestSeconds: Double?) {
        guard let external = metric.external, external.target.type == .averageValue,
            let milli = external.target.quantity?.milliValue, milli > 0, Self.countsRequests(external.metric.name),
            let sequences = engine.maxConcurrentSequences
        else { return nil }
        rate = Double(milli) / 1000
        self.sequences = sequences
        self.requestSeconds = requestSeconds
    }

    /// Why it cannot, with the numbers; nil when it can for all that is known.
    public var problem: String? {
        let allowed = Double(sequences) / rate
        guard allowed < max(requestSeconds ?? 0, Self.leastSeconds) else { return nil }
        let measured =
            requestSeconds.map {
                "they take \(Self.text($0)) now, so that at most \(Self.number(Double(sequences) / $0)) a second can be served"
            } ?? "no request that generates text is done in less than \(Self.text(Self.leastSeconds))"
        return
            "averageValue asks \(Self.number(rate)) requests a second of a replica that works on \(sequences) at a time: "
            + "each has \(Self.text(allowed)), and \(measured); lower averageValue or raise engine.maxConcurrentSequences"
    }

    private static func countsRequests(_ name: String) -> Bool {
        let name = name.lowercased()
        return name.contains("requests_per_second")
            || name.split { $0 == "_" || $0 == ":" }.contains { $0 == "rps" || $0 == "qps" }
    }

    private static func text(_ seconds: Double) -> String {
        seconds < 1 ? "\(Int((seconds * 1000).rounded())) ms" : "\((seconds * 10).rounded() / 10) s"
    }

    private static func number(_ value: Double) -> String {
        let tenths = (min(value, 1e12) * 10).rounded() / 10
        return tenths == tenths.rounded() ? "\(Int(tenths))" : "\(tenths)"
    }
}
