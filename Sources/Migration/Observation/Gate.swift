public import KubeCore

/// What the next revision has to pass.
public enum GateKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// Requests to the preview that have to be answered.
    case warmUp = "WarmUp"
    /// The analysis of the preview, on the warm-up's answers.
    case prePromotion = "PrePromotion"
    /// The analysis of the active revision after the switch.
    case postPromotion = "PostPromotion"
}

/// One run of a gate. Whoever runs gates runs the one that the latest plan names (`MigrationPlan.gate`), from its
/// beginning if it has just started itself, and cancels every other.
public struct Gate: Sendable, Hashable, Codable {
    public var kind: GateKind
    public var revision: String
    /// Grows with every run of every gate of a cluster: the answer to an earlier run is never taken for this one's.
    public var attempt: Int

    public init(kind: GateKind, revision: String, attempt: Int) {
        self.kind = kind
        self.revision = revision
        self.attempt = attempt
    }
}

/// What a run of a gate found.
public struct GateResult: Sendable, Hashable {
    public enum Outcome: String, Sendable, Hashable, CaseIterable {
        case passed = "Passed"
        case failed = "Failed"
        /// No data, too few requests, or too many measurements that say nothing. Never a pass; a person decides.
        case inconclusive = "Inconclusive"
        /// The run was broken off. It says nothing at all.
        case cancelled = "Cancelled"
    }

    public var gate: Gate
    public var outcome: Outcome
    /// What was measured, in words that a person can act on.
    public var message: String
    /// When the last measurement was made, on the wall clock.
    public var observedAt: Timestamp

    public init(gate: Gate, outcome: Outcome, message: String = "", observedAt: Timestamp) {
        self.gate = gate
        self.outcome = outcome
        self.message = message
        self.observedAt = observedAt
    }
}
