internal import Base
internal import KubeCore
internal import Migration

/// Where the reconciler says which gate should run and which revisions drain, and where it finds what came of it.
///
/// Kept in memory only: what matters across a crash is in the record, and a gate that had no answer yet runs again.
final class MigrationBoard: Sendable {
    /// What a cluster's migration asks for now.
    struct Assignment: Sendable, Equatable {
        var gate: Gate?
        /// Revisions whose requests in flight are to be counted.
        var draining: [String] = []
    }

    private struct Entry {
        var assignment = Assignment()
        /// Of the gate that is assigned.
        var result: GateResult?
        var inFlight: [String: InFlightCount] = [:]
        /// When each draining revision was first seen to be one, on the stopwatch.
        var drainingSince: [String: Duration] = [:]
    }

    private let entries = Lock<[NamespacedName: Entry]>([:])
    private let stopwatch: Stopwatch

    init(clock: any Clock<Duration> = MonotonicClock()) { stopwatch = Stopwatch(clock) }

    func assignment(of cluster: NamespacedName) -> Assignment {
        entries.withLock { $0[cluster]?.assignment ?? Assignment() }
    }

    func results(of cluster: NamespacedName) -> [GateResult] {
        entries.withLock { [$0[cluster]?.result].compactMap(\.self) }
    }

    func inFlight(of cluster: NamespacedName) -> [String: InFlightCount] {
        entries.withLock { $0[cluster]?.inFlight ?? [:] }
    }

    /// Whether a revision has been draining for so long as far as this process has seen. The record says when the switch
    /// was decided, and the write may have arrived much later: until clients' routes have followed it, a count of zero
    /// says nothing.
    func isDraining(_ revision: String, of cluster: NamespacedName, for duration: Duration) -> Bool {
        let elapsed = stopwatch.elapsed
        return entries.withLock { entries in
            guard let since = entries[cluster]?.drainingSince[revision] else { return false }
            return elapsed - since >= duration
        }
    }

    /// Returns whether it is another one than before. Results and counts that nobody asks for any more are forgotten.
    func assign(_ assignment: Assignment, to cluster: NamespacedName) -> Bool {
        let elapsed = stopwatch.elapsed
        return entries.withLock { entries in
            let old = entries[cluster]?.assignment ?? Assignment()
            guard old != assignment else { return false }
            guard assignment != Assignment() else {
                entries[cluster] = nil
                return true
            }
            var entry = entries[cluster] ?? Entry()
            entry.assignment = assignment
            if entry.result?.gate != assignment.gate { entry.result = nil }
            entry.inFlight = entry.inFlight.filter { assignment.draining.contains($0.key) }
            let known = entry.drainingSince
            entry.drainingSince = Dictionary(assignment.draining.map { ($0, known[$0] ?? elapsed) }) { first, _ in first
            }
            entries[cluster] = entry
            return true
        }
    }

    /// Takes a result down, unless another gate is assigned by now. Returns whether it was taken.
    func record(_ result: GateResult, of cluster: NamespacedName) -> Bool {
        entries.withLock { entries in
            guard entries[cluster]?.assignment.gate == result.gate else { return false }
            entries[cluster]?.result = result
            return true
        }
    }

    /// Takes counts down; a revision without one is unknown. Returns whether they say something new.
    func record(_ inFlight: [String: InFlightCount], of cluster: NamespacedName) -> Bool {
        entries.withLock { entries in
            guard let entry = entries[cluster] else { return false }
            let wanted = inFlight.filter { entry.assignment.draining.contains($0.key) }
            entries[cluster]?.inFlight = wanted
            // A count of zero counts once it is young enough, and a busy one is shown.
            return !wanted.isEmpty || !entry.inFlight.isEmpty
        }
    }

    func forget(_ cluster: NamespacedName) { entries.withLock { $0[cluster] = nil } }
}
