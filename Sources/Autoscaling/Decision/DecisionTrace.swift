/// How a decision came about, step by step. A step that was not reached is nil.
public struct DecisionTrace: Sendable, Hashable {
    public var metrics: [MetricTrace] = []
    public var guards: [GuardTrace] = []
    /// The highest of what the metrics need, before tolerance.
    public var raw: Int32?
    /// The highest proposal after tolerance.
    public var tolerated: Int32?
    /// With what the forecast asks for; nil without a forecast.
    public var forecast: Int32?
    /// With what guards ask for; nil where none of them raised anything.
    public var guarded: Int32?
    /// After the stabilization windows.
    public var stabilized: Int32?
    /// After policies and bounds.
    public var limited: Int32?
    /// After what there is room for; nil where that is not bounded.
    public var capacity: Int32?
    /// What was decided.
    public var final: Int32
    /// Why, in a few words.
    public var reason: String

    public init(final: Int32, reason: String = "") {
        self.final = final
        self.reason = reason
    }

    /// The steps that were taken, in order, by the names that people see.
    public var steps: [(name: String, replicas: Int32)] {
        let all = [
            ("raw", raw), ("tolerance", tolerated), ("forecast", forecast), ("guards", guarded),
            ("stabilized", stabilized), ("rate-limited", limited), ("capacity", capacity), ("final", final),
        ]
        return all.compactMap { name, replicas in replicas.map { (name, $0) } }
    }
}

extension DecisionTrace: CustomStringConvertible {
    /// `raw 10 -> tolerance 10 -> stabilized 10 -> rate-limited 8 -> final 8: external metric rps above target`
    public var description: String {
        steps.map { "\($0.name) \($0.replicas)" }.joined(separator: " -> ") + (reason.isEmpty ? "" : ": \(reason)")
    }
}

/// One metric's part in a decision.
public struct MetricTrace: Sendable, Hashable {
    public var name: String
    /// The sum of the samples, thousandths; nil where the metric could not be used.
    public var usageMilli: Int64?
    /// The sum shared among the replicas that there are, thousandths, for AverageValue targets; nil without replicas.
    public var averageMilli: Int64?
    /// Usage by target.
    public var ratio: Double?
    public var raw: Int32?
    public var proposal: Int32?
    public var isWithinTolerance = false
    /// Not above its activation threshold, which counts as no load.
    public var isInactive = false
    /// Had no samples, and its setting is to be left out then.
    public var isIgnored = false
    /// Why it could not be used.
    public var failure: String?

    public init(name: String) { self.name = name }
}
