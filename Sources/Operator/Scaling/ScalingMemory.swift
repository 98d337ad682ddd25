internal import Autoscaling
internal import Base
internal import DeepSeekAPI
internal import KubeCore

/// What the autoscaler remembers of each cluster between two ticks.
final class ScalingMemory: Sendable {
    /// On the heap, and changed in place under the lock: a tick changes it five times, and a table of such large values
    /// would hold its empty places at full size.
    private final class Entry {
        let uid: String?
        var state = AutoscalerState()
        var starts = PodStarts()
        /// nil without a forecast.
        var forecaster: ReplicaForecaster?
        var keeping = Keeping.unknown
        var conditions: [Condition] = []
        var capacity: Condition?
        var status = AutoscalingStatus()
        /// On the stopwatch: the wall clock may be set.
        var publishedAt: Duration?
        /// When the state was last used, by both clocks.
        var usedAt: (wall: Timestamp, elapsed: Duration)?
        /// The warnings of the last decision, by reason.
        var warnings: Set<String> = []

        init(uid: String? = nil) { self.uid = uid }
    }

    /// What is known of the stored form of the memory.
    private enum Keeping {
        /// It is to be read before anything is decided.
        case unknown
        /// `stored` is nil where nothing of use is there, `uid` where no object is.
        case kept(stored: StoredScaling?, uid: String?, at: Duration)
        /// It cannot be kept: the cluster's memory lives as long as the process.
        case unavailable(String)
    }

    /// How often metric values reach the status when nothing was decided.
    private static let publishPeriod = Duration.seconds(30)

    /// How often what would only make a restored window longer than need be is written.
    private static let savePeriod = Duration.seconds(30)
    /// How often what the forecaster learned is written, where nothing else is.
    private static let forecastSavePeriod = Duration.seconds(3600)

    /// How far the two clocks may drift apart between two ticks before the wall clock counts as having been set.
    private static let tolerableDrift = Duration.seconds(1)

    private let entries = Lock<[NamespacedName: Entry]>([:])
    private let stopwatch: Stopwatch

    /// - Parameter clock: a monotonic one; it tells a wall clock that was set from time that passed.
    init(clock: any Clock<Duration> = MonotonicClock()) { stopwatch = Stopwatch(clock) }

    /// The state with its times as the wall clock now counts them.
    func state(of cluster: DeepSeekCluster, now: Timestamp) -> AutoscalerState {
        let elapsed = stopwatch.elapsed
        return entries.withLock { entries in
            let entry = Self.entry(of: cluster, &entries)
            Self.follow(now, elapsed, entry)
            return entry.state
        }
    }

    /// Moves the times by how far the wall clock was set since they were used last.
    private static func follow(_ now: Timestamp, _ elapsed: Duration, _ entry: Entry) {
        if let last = entry.usedAt {
            let jump = now.since(last.wall) - (elapsed - last.elapsed)
            if jump > tolerableDrift || jump < .zero - tolerableDrift {
                entry.state.shift(by: jump)
                entry.forecaster?.shift(by: jump)
            }
        }
        entry.usedAt = (now, elapsed)
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
        entries.withLock { entries in Self.entry(of: cluster, &entries).state = state }
    }

    func forget(_ cluster: NamespacedName) { entries.withLock { $0[cluster] = nil } }

    // MARK: - Pods

    /// Looks at a cluster's pods for how long they take to be ready.
    func observe(_ pods: [Pod], of cluster: DeepSeekCluster) {
        entries.withLock { entries in _ = Self.entry(of: cluster, &entries).starts.observe(pods) }
    }

    /// What is known of the starts of a revision.
    func coldStarts(of cluster: NamespacedName, revision: String?) -> ColdStartTimes? {
        entries.withLock { $0[cluster]?.starts.times(of: revision) }
    }

    // MARK: - Forecast

    /// Learns what the observation says of the load, and sets what is expected of it.
    func forecast(
        _ observation: inout Observation, policy: AutoscalerPolicy, coldStart: ColdStartTimes,
        onTheirWay: PodsOnTheirWay,
        syncPeriod: Duration, of cluster: NamespacedName
    ) {
        let elapsed = stopwatch.elapsed
        entries.withLock { entries in
            guard let entry = entries[cluster] else { return }
            Self.follow(observation.now, elapsed, entry)
            var forecaster = entry.forecaster ?? ReplicaForecaster()
            entry.forecaster = nil  // Gives up the storage, so that it is changed in place.
            forecaster.forecast(
                &observation, policy: policy, coldStart: coldStart, onTheirWay: onTheirWay, syncPeriod: syncPeriod)
            entry.forecaster = forecaster
        }
    }

    /// Forgets what a forecast that was switched off has learned.
    func forgetForecast(of cluster: NamespacedName) { entries.withLock { $0[cluster]?.forecaster = nil } }

    // MARK: - Over restarts

    /// Whether the stored memory of a cluster has yet to be read.
    func isUnread(_ cluster: DeepSeekCluster) -> Bool {
        entries.withLock { entries in
            guard let entry = entries[cluster.namespacedName], entry.uid == cluster.metadata.uid else { return true }
            if case .unknown = entry.keeping { return true }
            return false
        }
    }

    /// Takes over what was stored. Returns what is wrong with it.
    func restore(_ loaded: ScalingStore.Loaded, of cluster: DeepSeekCluster, now: Timestamp) -> String? {
        let elapsed = stopwatch.elapsed
        return entries.withLock { entries in
            let entry = Self.entry(of: cluster, &entries)
            switch loaded {
            case .absent:
                entry.keeping = .kept(stored: nil, uid: nil, at: elapsed)
                return nil
            case .unreadable(let problem, let uid):
                entry.keeping = .kept(stored: nil, uid: uid, at: elapsed)
                return problem
            case .unavailable(let problem):
                entry.keeping = .unavailable(problem)
                return problem
            case .stored(let stored, let uid):
                entry.state = stored.state(now: now)
                entry.starts = stored.starts
                entry.forecaster = stored.forecaster
                entry.keeping = .kept(stored: stored.withoutForecast, uid: uid, at: elapsed)
                return nil
            }
        }
    }

    /// What should be stored now; nil when what is there will do. In a steady state there is nothing to store.
    func unsaved(
        of cluster: DeepSeekCluster, mayBeZero: Bool, now: Timestamp
    ) -> (stored: StoredScaling, uid: String?)? {
        let elapsed = stopwatch.elapsed
        return entries.withLock { entries in
            guard let entry = entries[cluster.namespacedName], case .kept(let stored, let uid, let at) = entry.keeping
            else { return nil }
            let wanted = StoredScaling(entry.state, entry.starts, entry.forecaster, now: now).pruned(now: now)
            guard let stored = stored?.pruned(now: now) else {
                let replicas = Int32(clamping: cluster.spec.replicas ?? 0)
                return wanted.isTrivial(replicas: replicas, mayBeZero: mayBeZero) && uid == nil ? nil : (wanted, uid)
            }
            let isChanged = stored != wanted.withoutForecast
            let isDue = isChanged && (stored.isTooShort(for: wanted) || elapsed - at >= Self.savePeriod)
            let isLearned = entry.forecaster != nil && elapsed - at >= Self.forecastSavePeriod
            return isDue || isLearned ? (wanted, uid) : nil
        }
    }

    /// Remembers what became of a write; nil when it failed and is to be tried again.
    func saved(_ stored: StoredScaling, _ result: ScalingStore.Saved?, of cluster: NamespacedName) {
        let elapsed = stopwatch.elapsed
        entries.withLock { entries in
            switch result {
            case .saved(let uid):
                entries[cluster]?.keeping = .kept(stored: stored.withoutForecast, uid: uid, at: elapsed)
            case .unavailable(let problem): entries[cluster]?.keeping = .unavailable(problem)
            case nil: entries[cluster]?.keeping = .kept(stored: nil, uid: nil, at: elapsed)
            }
        }
    }

    // MARK: - Status

    /// What the status should say after a decision: at once when the replicas changed or scaling itself began or ceased
    /// to work, else every 30 s. Noise in a metric swings between reasons (stabilized or not, limited or not) with every
    /// tick, and must not become a write.
    func report(
        _ decision: Decision, conditions: [Condition], capacity: Condition? = nil, coldStarts: ColdStartTimes? = nil,
        isRescaled: Bool, at now: Timestamp, of cluster: NamespacedName
    ) -> ScalingReport {
        let elapsed = stopwatch.elapsed
        return entries.withLock { entries in
            let entry = entries[cluster] ?? Entry()
            entries[cluster] = entry
            let isDue = entry.publishedAt.map { elapsed - $0 >= Self.publishPeriod } ?? true
            // The first values that could be read are not kept waiting.
            let isFirst =
                entry.status.currentMetrics?.isEmpty ?? true && decision.trace.metrics.contains { $0.usageMilli != nil }
            let isNews = Self.isNews(conditions, after: entry.conditions) || capacity?.status != entry.capacity?.status
            if isRescaled || isDue || isFirst || isNews {
                let types = Set(conditions.map(\.type))
                entry.conditions = entry.conditions.filter { !types.contains($0.type) } + conditions
                entry.status = AutoscalingStatus(decision, previous: entry.status, isRescaled: isRescaled, now: now)
                entry.status.coldStart = coldStarts.flatMap(AutoscalingStatus.ColdStart.init)
                entry.capacity = capacity
                entry.publishedAt = elapsed
            }
            return ScalingReport(
                conditions: entry.conditions.sorted { $0.type < $1.type }, capacity: entry.capacity,
                status: entry.status)
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
        let entry = Entry(uid: cluster.metadata.uid)
        entry.status = cluster.status?.autoscaling ?? AutoscalingStatus()
        entries[cluster.namespacedName] = entry
        return entry
    }
}
