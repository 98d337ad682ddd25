internal import Autoscaling
internal import DeepSeekAPI
internal import KubeCore

extension ReplicaSchedule {
    /// Nil where an expression or the time zone cannot be read.
    init?(_ spec: ScheduleSpec, zones: TimeZoneDatabase) {
        guard let start = try? CronExpression(spec.start), let end = try? CronExpression(spec.end),
            let zone = zones[spec.resolvedTimeZone]
        else { return nil }
        self.init(
            name: spec.name, start: start, end: end, zone: zone,
            minReplicas: spec.minReplicas.map(Int32.init(clamping:)),
            maxReplicas: spec.maxReplicas.map(Int32.init(clamping:)))
    }
}

extension TimeZoneDatabase {
    /// The schedules of a spec whose time zone is not there.
    func problems(in spec: AutoscalingSpec?) -> [FieldError] {
        (spec?.schedules ?? []).enumerated().compactMap { index, schedule in
            guard self[schedule.resolvedTimeZone] == nil else { return nil }
            return FieldError(
                "spec.autoscaling.schedules[\(index)].timeZone", .invalid,
                "the operator's time zone database (\(folder)) has no '\(schedule.resolvedTimeZone)'; use a name such as "
                    + "Asia/Shanghai")
        }
    }
}
