internal import Autoscaling
internal import DeepSeekAPI
internal import KubeCore

extension AutoscalingStatus {
    init(_ decision: Decision, previous: AutoscalingStatus, isRescaled: Bool, now: Timestamp) {
        self = previous
        let metrics: [Metric] = decision.trace.metrics.compactMap { metric in
            guard let usage = metric.usageMilli else { return nil }
            return Metric(
                name: metric.name, averageValue: metric.averageMilli.map(Self.rounded), value: Self.rounded(usage))
        }
        if isRescaled || !Self.isNoise(metrics, after: previous.currentMetrics ?? []) { currentMetrics = metrics }
        if isRescaled { lastScaleTime = Timestamp(seconds: now.seconds) }
        var last = LastDecision()
        last.raw = decision.trace.raw.map(Int.init)
        last.tolerance = decision.trace.tolerated.map(Int.init)
        last.forecast = decision.trace.forecast.map(Int.init)
        last.guards = decision.trace.guarded.map(Int.init)
        last.stabilized = decision.trace.stabilized.map(Int.init)
        last.limited = decision.trace.limited.map(Int.init)
        last.capacity = decision.trace.capacity.map(Int.init)
        last.final = Int(decision.trace.final)
        last.reason = decision.trace.reason
        lastDecision = last
    }

    /// Whether the values are those that were published, give or take a tenth: HPA's tolerance, within which a change of a
    /// metric changes nothing. With ten thousand resources the noise of every metric would be hundreds of writes a second.
    private static func isNoise(_ metrics: [Metric], after published: [Metric]) -> Bool {
        metrics.map(\.name) == published.map(\.name)
            && zip(metrics, published).allSatisfy { new, old in
                isNear(new.value, old.value) && isNear(new.averageValue, old.averageValue)
            }
    }

    private static func isNear(_ new: QuantityText?, _ old: QuantityText?) -> Bool {
        guard let new, let old else { return new == nil && old == nil }
        guard let new = new.quantity?.milliValue, let old = old.quantity?.milliValue else { return false }
        return (Double(new) - Double(old)).magnitude <= Double(old).magnitude / 10
    }

    /// Three significant digits, so that noise in a metric does not become a write.
    static func rounded(_ milli: Int64) -> QuantityText {
        var unit: Int64 = 1
        while milli.magnitude / unit.magnitude >= 1000 { unit *= 10 }
        let (sum, overflow) = milli.addingReportingOverflow(milli < 0 ? -unit / 2 : unit / 2)
        return QuantityText(Quantity(milli: overflow ? milli : sum / unit * unit))
    }
}

extension AutoscalingStatus.ColdStart {
    /// Nil before the first start.
    init?(_ times: ColdStartTimes) {
        guard let p50 = times.p50, let p90 = times.p90 else { return nil }
        self.init()
        p50Seconds = Int(clamping: p50.components.seconds)
        p90Seconds = Int(clamping: p90.components.seconds)
        samples = times.count
    }
}
