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
        /// On the stopwatch: the wall clock may be set.
        var publishedAt: Duration?
        /// When the state was last used, by both clocks.
        var usedAt: (wall: Timestamp, elapsed: Duration)?
        /// The warnings of the last decision, by reason.
        var warnings: Set<String> = []
    }

    /// How often metric values reach the status when nothing was decided.
    private static let publishPeriod = Duration.seconds(30)

    /// How far the two clocks may drift apart between two ticks before the wall clock counts as having been set.
    private static let tolerableDrift = Duration.seconds(1)

    private let entries = Lock<[NamespacedName: Entry]>([:])
    private let stopwatch: Stopwatch

    /// - Parameter clock: a monotonic one; it tells a wall clock that was set from time that passed.
    init(clock: any Clock<Duration> = ContinuousClock()) { stopwatch = Stopwatch(clock) }

    /// The state with its times as the wall clock now counts them.
    func state(of cluster: DeepSeekCluster, now: Timestamp) -> AutoscalerState {
        let elapsed = stopwatch.elapsed
        return entries.withLock { entries in
            var entry = Self.entry(of: cluster, &entries)
            if let last = entry.usedAt {
                let jump = now.since(last.wall) - (elapsed - last.elapsed)
                if jump > Self.tolerableDrift || jump < .zero - Self.tolerableDrift { entry.state.shift(by: jump) }
            }
            entry.usedAt = (now, elapsed)
            entries[cluster.namespacedName] = entry
            return entry.state
        }
    }

    /// Those warnings that the decision before had not, by reason: their texts hold ages and counts that change with
    /// every tick.
    func news(among warnings: [AutoscalerEvent], of cluster: NamespacedName) -> [AutoscalerEvent] {
        entries.withLock { entries in
            let known = entries[cluster]?.warnings ?? []
            entries[cluster]?.warnings = Set(warnings.map(\.reason))
            return warnings.filter { !known.contains($0.reason) }
        }
    }

    func store(_ state: AutoscalerState, of cluster: DeepSeekCluster) {
        entries.withLock { entries in
            var entry = Self.entry(of: cluster, &entries)
            entry.state = state
            entries[cluster.namespacedName] = entry
        }
    }

    func forget(_ cluster: NamespacedName) { entries.withLock { $0[cluster] = nil } }

    /// What the status should say after a decision: at once when the replicas changed or scaling itself began or ceased
    /// to work, else every 30 s. Noise in a metric swings between reasons (stabilized or not, limited or not) with every
    /// tick, and must not become a write.
    func report(
        _ decision: Decision, conditions: [Condition], isRescaled: Bool, at now: Timestamp, of cluster: NamespacedName
    ) -> ScalingReport {
        let elapsed = stopwatch.elapsed
        return entries.withLock { entries in
            var entry = entries[cluster] ?? Entry()
            let isDue = entry.publishedAt.map { elapsed - $0 >= Self.publishPeriod } ?? true
            // The first values that could be read are not kept waiting.
            let isFirst =
                entry.status.currentMetrics?.isEmpty ?? true && decision.trace.metrics.contains { $0.usageMilli != nil }
            if isRescaled || isDue || isFirst || Self.isNews(conditions, after: entry.conditions) {
                let types = Set(conditions.map(\.type))
                entry.conditions = entry.conditions.filter { !types.contains($0.type) } + conditions
                entry.status = AutoscalingStatus(decision, previous: entry.status, isRescaled: isRescaled, now: now)
                entry.publishedAt = elapsed
            }
            entries[cluster] = entry
            return ScalingReport(conditions: entry.conditions.sorted { $0.type < $1.type }, status: entry.status)
        }
    }

    /// Whether scaling began or ceased to work, or fails for another reason than before.
    private static func isNews(_ conditions: [Condition], after published: [Condition]) -> Bool {
        conditions.contains { condition in
            guard condition.type != AutoscalerCondition.scalingLimited else { return false }
            guard let old = published[type: condition.type] else { return true }
            return old.status != condition.status || condition.status == .false && old.reason != condition.reason
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
