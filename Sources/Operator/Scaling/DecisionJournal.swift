internal import Autoscaling
internal import Base
internal import KubeCore

/// The last decisions of each cluster, for `/debug/decisions`. In memory: after a restart it begins anew.
///
/// Decisions are kept as they were made, and written out when somebody asks.
final class DecisionJournal: Sendable {
    /// One decision, or several in a row that were the same.
    struct Entry: Sendable {
        var trace: DecisionTrace
        var replicas: DecisionRecord.Replicas
        /// The bounds that held.
        var minReplicas: Int32
        var maxReplicas: Int32
        /// What the metrics of the trace are held against. Not the whole policy: entries are many.
        var targets: [MetricTarget]
        /// Names of the schedules that were under way.
        var schedules: [String]
        var outcome: DecisionRecord.Outcome
        /// Why the write failed.
        var error: String?
        var time: Timestamp
        var lastTime: Timestamp
        var decisions = 1

        /// - Parameter error: why the write failed.
        init(
            _ decision: Decision, _ observation: Observation, policy: AutoscalerPolicy, onTheirWay: Int,
            schedules: [String], error: String?
        ) {
            trace = decision.trace
            replicas = DecisionRecord.Replicas(
                spec: Int(observation.specReplicas), status: Int(observation.statusReplicas),
                ready: Int(observation.readyReplicas), onTheirWay: onTheirWay)
            minReplicas = policy.minReplicas
            maxReplicas = policy.maxReplicas
            targets = policy.metrics
            self.schedules = schedules
            outcome = error != nil ? .failed : decision.isRescale ? .written : .kept
            self.error = error
            time = observation.now
            lastTime = observation.now
        }

        /// Whether the next decision is the same but for what the metrics were, and what they asked for within tolerance.
        func isRepeated(by next: Entry) -> Bool {
            outcome == .kept && next.outcome == .kept && trace.isSameButForMetrics(as: next.trace)
                && replicas == next.replicas && schedules == next.schedules
                && minReplicas == next.minReplicas && maxReplicas == next.maxReplicas
        }
    }

    /// Entries kept of one cluster.
    static let capacity = 32

    /// The latest last.
    private let entries = Lock<[NamespacedName: [Entry]]>([:])

    func add(_ entry: Entry, of cluster: NamespacedName) {
        entries.withLock { entries in
            var own = entries.removeValue(forKey: cluster) ?? []
            if let last = own.last, last.isRepeated(by: entry) {
                var latest = entry
                latest.time = last.time
                latest.decisions = last.decisions &+ 1
                own[own.count - 1] = latest
            } else {
                if own.count >= Self.capacity { own.removeFirst() }
                own.append(entry)
            }
            entries[cluster] = own
        }
    }

    func forget(_ cluster: NamespacedName) { entries.withLock { $0[cluster] = nil } }

    /// The latest first, clusters in the order of their names.
    ///
    /// - Parameters:
    ///   - namespace: nil for all.
    ///   - name: nil for all.
    func records(namespace: String?, name: String?) -> DecisionRecords {
        let found = entries.withLock { entries in
            entries.filter { key, _ in
                (namespace.map { $0 == key.namespace } ?? true) && (name.map { $0 == key.name } ?? true)
            }
        }
        let records = found.sorted { $0.key < $1.key }.flatMap { cluster, entries in
            entries.reversed().map { DecisionRecord($0, of: cluster) }
        }
        return DecisionRecords(items: records)
    }
}

extension DecisionTrace {
    fileprivate func isSameButForMetrics(as other: DecisionTrace) -> Bool {
        tolerated == other.tolerated && forecast == other.forecast && guarded == other.guarded
            && stabilized == other.stabilized && limited == other.limited && capacity == other.capacity
            && final == other.final && reason == other.reason
    }
}
