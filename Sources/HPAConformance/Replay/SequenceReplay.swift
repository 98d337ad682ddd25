public import Autoscaling
internal import KubeCore

/// Plays one recorded sequence through the autoscaler.
public struct SequenceReplay: Sendable {
    /// The first tick that was decided otherwise.
    public struct Difference: Sendable, CustomStringConvertible {
        /// Counted from 0, as in the recording.
        public var tick: Int
        public var expected: String
        public var actual: String
        public var trace: DecisionTrace

        public var description: String { "tick \(tick): expected \(expected), got \(actual); \(trace)" }
    }

    private let sequence: RecordedSequence
    private let autoscaler: Autoscaler
    private var state = AutoscalerState()
    private var conditions: [Condition] = []
    private var now = Timestamp(seconds: 1_767_225_600)

    public init(_ sequence: RecordedSequence, deviations: HPADeviations = .strict) {
        self.sequence = sequence
        autoscaler = Autoscaler(sequence.policy(deviations))
    }

    /// Plays until a decision differs. Decisions after it would differ by what is remembered of it.
    public mutating func firstDifference() -> Difference? {
        for (index, tick) in sequence.ticks.enumerated() {
            if index > 0 { now = now + .seconds(tick.after) }
            let decision = decide(tick)
            let expected = Self.text(tick.replicas, tick.conditions)
            let actual = Self.text(
                decision.replicas,
                conditions.sorted { $0.type < $1.type }.map { [$0.type, $0.status.rawValue, $0.reason] })
            if actual != expected {
                return Difference(tick: index, expected: expected, actual: actual, trace: decision.trace)
            }
        }
        return nil
    }

    private mutating func decide(_ tick: RecordedSequence.Tick) -> Decision {
        let readings = tick.values.map { values in
            values.map { .samples($0.map { MetricSample(milli: $0, timestamp: now) }) }
                ?? MetricReading.failed("recorded as unreadable")
        }
        let decision = autoscaler.decide(
            Observation(
                now: now, specReplicas: tick.specReplicas, statusReplicas: tick.statusReplicas,
                readyReplicas: tick.readyReplicas ?? tick.statusReplicas, readings: readings),
            state: &state)
        autoscaler.recordRescale(decision, at: now, state: &state)
        for condition in decision.conditions { conditions.set(condition, now: now) }
        return decision
    }

    private static func text(_ replicas: Int32, _ conditions: [[String]]) -> String {
        "\(replicas) replicas, " + conditions.map { $0.joined(separator: " ") }.joined(separator: ", ")
    }
}
