internal import Base

/// Decides which faults a request meets. The same seed and the same order of requests give the same faults.
public final class FaultInjector: Sendable {
    private struct State {
        var faults: [Fault] = []
        var matches: [Int] = []
        var random: SplitMix64
    }

    private let state: Lock<State>

    /// An injector with a seed for `Fault.Occurrence.probability`.
    init(seed: UInt64) { state = Lock(State(random: SplitMix64(seed: seed))) }

    /// Replaces the plan, and counts anew.
    public func set(_ faults: [Fault]) {
        state.withLock { state in
            state.faults = faults
            state.matches = Array(repeating: 0, count: faults.count)
        }
    }

    /// The effects on one request, in the plan's order.
    func effects(on attributes: RequestAttributes, userAgent: String) -> [Fault.Effect] {
        state.withLock { state in
            var effects: [Fault.Effect] = []
            for (index, fault) in state.faults.enumerated()
            where fault.matcher.matches(attributes, userAgent: userAgent) {
                state.matches[index] += 1
                if Self.isDue(fault.occurrence, state.matches[index], &state.random) { effects.append(fault.effect) }
            }
            return effects
        }
    }

    private static func isDue(_ occurrence: Fault.Occurrence, _ count: Int, _ random: inout SplitMix64) -> Bool {
        switch occurrence {
        case .every: true
        case .first(let limit): count <= limit
        case .nth(let wanted): count == wanted
        case .probability(let share): Double.random(in: 0..<1, using: &random) < share
        }
    }
}
