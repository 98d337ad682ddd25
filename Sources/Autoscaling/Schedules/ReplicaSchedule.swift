public import KubeCore

/// A time of the day, week or year with bounds of its own.
///
/// It is under way from when `start` fires to when `end` does. Both are cron expressions in local time; a time that clocks
/// skip counts as the moment they are set forward, and one that they show twice as the first.
public struct ReplicaSchedule: Sendable, Hashable {
    public var name: String
    public var start: CronExpression
    public var end: CronExpression
    public var zone: TimeZoneRules
    /// At least so many replicas meanwhile; nil leaves the policy's minimum.
    public var minReplicas: Int32?
    /// At most so many replicas meanwhile; nil leaves the policy's maximum.
    public var maxReplicas: Int32?

    public init(
        name: String, start: CronExpression, end: CronExpression, zone: TimeZoneRules, minReplicas: Int32? = nil,
        maxReplicas: Int32? = nil
    ) {
        self.name = name
        self.start = start
        self.end = end
        self.zone = zone
        self.minReplicas = minReplicas
        self.maxReplicas = maxReplicas
    }

    /// Days looked back for the last time that an expression fired: leap days may be eight years apart.
    private static let horizon: Int64 = 366 * 8 + 2

    /// Whether it is under way: it started later than it ended. A start and an end at the same moment end it.
    public func isUnderWay(at now: Timestamp) -> Bool {
        guard let started = lastFire(start, at: now.seconds) else { return false }
        return lastFire(end, at: now.seconds).map { started > $0 } ?? true
    }

    /// The last time at or before `now` that an expression fired, in seconds since the epoch.
    private func lastFire(_ expression: CronExpression, at now: Int64) -> Int64? {
        // No local time later than this can have come; and of local times the later never comes first.
        let latest = now + Int64([now - 86_400, now, now + 86_400].map(zone.offset).max() ?? 0)
        let today = latest.flooredQuotient(86_400)
        for day in stride(from: today, through: today - Self.horizon, by: -1)
        where expression.includes(CivilDate(daysSinceEpoch: day)) {
            var limit = day == today ? Int(latest - day * 86_400) / 60 : 1439
            while let minute = expression.lastMinute(atMost: limit) {
                let time = zone.instant(local: day * 86_400 + Int64(minute) * 60)
                if time <= now { return time }
                limit = minute - 1
            }
        }
        return nil
    }
}

extension [ReplicaSchedule] {
    /// The bounds at a time: the highest minimum and the lowest maximum of the schedules under way and the policy. None
    /// passes the policy's maximum; where the two cross, the minimum counts, for it is a promise to who calls.
    public func bounds(
        at now: Timestamp, minReplicas: Int32, maxReplicas: Int32
    ) -> (minReplicas: Int32, maxReplicas: Int32, underWay: [String]) {
        let underWay = filter { $0.isUnderWay(at: now) }
        let least = underWay.compactMap(\.minReplicas).reduce(minReplicas, Swift.max)
        let most = underWay.compactMap(\.maxReplicas).reduce(maxReplicas, Swift.min)
        let minimum = Swift.min(least, maxReplicas)
        return (minimum, Swift.max(most, minimum), underWay.map(\.name))
    }
}
