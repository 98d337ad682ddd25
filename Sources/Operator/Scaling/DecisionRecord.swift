public import KubeCore

/// How one decision came about, in the form that `/debug/decisions` serves: what was seen, stage by stage what became of
/// it, and whether it was carried out. Decisions that follow each other and are the same are one record.
public struct DecisionRecord: Sendable, Hashable, Codable {
    public struct Replicas: Sendable, Hashable, Codable {
        /// `spec.replicas`.
        public var spec: Int
        /// Pods of the active revision, those that still load included.
        public var status: Int
        public var ready: Int
        /// Asked for and not ready yet.
        public var onTheirWay: Int
    }

    /// The bounds that held, schedules included.
    public struct Bounds: Sendable, Hashable, Codable {
        public var min: Int
        public var max: Int
        /// Names of the schedules that were under way.
        public var schedules: [String]
    }

    public struct Metric: Sendable, Hashable, Codable {
        public var name: String
        /// The sum of its samples; nil where it could not be used.
        public var value: Quantity?
        /// The sum shared among the replicas, for AverageValue.
        public var averageValue: Quantity?
        public var target: Quantity
        /// `AverageValue` or `Value`.
        public var targetType: String
        /// What it needs before tolerance.
        public var raw: Int?
        /// What it proposes.
        public var replicas: Int?
        public var isWithinTolerance: Bool
        /// Not above its activation threshold.
        public var isInactive: Bool
        /// Had no samples, and is left out then.
        public var isIgnored: Bool
        /// Why it could not be used.
        public var failure: String?
    }

    public struct Guard: Sendable, Hashable, Codable {
        public var metric: String
        public var value: Quantity?
        public var max: Quantity
        public var isExceeded: Bool
        public var failure: String?
    }

    /// One of raw, tolerance, forecast, guards, stabilized, rate-limited, capacity, final. A stage that was not reached is
    /// not there.
    public struct Stage: Sendable, Hashable, Codable {
        public var name: String
        public var replicas: Int
    }

    public enum Outcome: String, Sendable, Hashable, Codable {
        /// The replicas stay as they are.
        case kept = "Kept"
        case written = "Written"
        /// The write failed: see `error`.
        case failed = "Failed"
    }

    public var namespace: String
    public var name: String
    /// When it was decided.
    public var time: Timestamp
    /// When the same was decided last.
    public var lastTime: Timestamp
    /// How many decisions in a row this stands for.
    public var decisions: Int
    public var replicas: Replicas
    public var bounds: Bounds
    public var metrics: [Metric]
    public var guards: [Guard]
    public var stages: [Stage]
    /// What was decided.
    public var final: Int
    /// Why, in a few words.
    public var reason: String
    public var outcome: Outcome
    public var error: String?
}

/// What `/debug/decisions` answers: the latest first.
public struct DecisionRecords: Sendable, Hashable, Codable {
    public var items: [DecisionRecord]

    public init(items: [DecisionRecord]) { self.items = items }
}
