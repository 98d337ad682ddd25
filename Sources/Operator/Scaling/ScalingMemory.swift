internal import Autoscaling
internal import Base
internal import DeepSeekAPI
internal import KubeCore

/// What the autoscaler remembers of each cluster between two ticks.
final class ScalingMemory: Sendable {
    private struct Entry {
        var uid: String?
        var state = AutoscalerState()
        var conditions: [Condition] = []
        var status = AutoscalingStatus()
        var publishedAt: Timestamp?
    }

    /// How often metric values reach the status when nothing was decided.
    private static let publishPeriod = Duration.seconds(30)

    private let entries = Lock<[NamespacedName: Entry]>([:])

    func state(of cluster: DeepSeekCluster) -> AutoscalerState {
        entries.withLock { Self.entry(of: cluster, &$0).state }
    }

    func store(_ state: AutoscalerState, of cluster: DeepSeekCluster) {
        entries.withLock { entries in
            var entry = Self.entry(of: cluster, &entries)
            entry.state = state
            entries[cluster.namespacedName] = entry
        }
    }

    func forget(_ cluster: NamespacedName) { entries.withLock { $0[cluster] = nil } }

    /// What the status should say after a decision: conditions at once, values every 30 s or with a change of replicas.
    func report(
        _ decision: Decision, conditions: [Condition], isRescaled: Bool, at now: Timestamp, of cluster: NamespacedName
    ) -> ScalingReport {
        entries.withLock { entries in
            var entry = entries[cluster] ?? Entry()
            for condition in conditions {
                entry.conditions.removeAll { $0.type == condition.type }
                entry.conditions.append(condition)
            }
            let isDue = entry.publishedAt.map { now.since($0) >= Self.publishPeriod || now < $0 } ?? true
            if isRescaled || isDue {
                entry.status = AutoscalingStatus(decision, previous: entry.status, isRescaled: isRescaled, now: now)
                entry.publishedAt = now
            }
            entries[cluster] = entry
            return ScalingReport(conditions: entry.conditions.sorted { $0.type < $1.type }, status: entry.status)
        }
    }

    /// A cluster that was deleted and made again begins anew.
    private static func entry(of cluster: DeepSeekCluster, _ entries: inout [NamespacedName: Entry]) -> Entry {
        if let entry = entries[cluster.namespacedName], entry.uid == cluster.metadata.uid { return entry }
        var entry = Entry(uid: cluster.metadata.uid)
        entry.status = cluster.status?.autoscaling ?? AutoscalingStatus()
        return entry
    }
}

extension AutoscalingStatus {
    init(_ decision: Decision, previous: AutoscalingStatus, isRescaled: Bool, now: Timestamp) {
        self = previous
        currentMetrics = decision.trace.metrics.compactMap { metric in
            guard let usage = metric.usageMilli else { return nil }
            return Metric(
                name: metric.name, averageValue: metric.averageMilli.map(Self.rounded), value: Self.rounded(usage))
        }
        if isRescaled { lastScaleTime = Timestamp(seconds: now.seconds) }
        var last = LastDecision()
        last.raw = decision.trace.raw.map(Int.init)
        last.stabilized = decision.trace.stabilized.map(Int.init)
        last.limited = decision.trace.limited.map(Int.init)
        last.final = Int(decision.trace.final)
        last.reason = decision.trace.reason
        lastDecision = last
    }

    /// Three significant digits, so that noise in a metric does not become a write.
    static func rounded(_ milli: Int64) -> QuantityText {
        var unit: Int64 = 1
        while milli.magnitude / unit.magnitude >= 1000 { unit *= 10 }
        let (sum, overflow) = milli.addingReportingOverflow(milli < 0 ? -unit / 2 : unit / 2)
        return QuantityText(Quantity(milli: overflow ? milli : sum / unit * unit))
    }
}
