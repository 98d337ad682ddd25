internal import Autoscaling
internal import KubeCore

extension DecisionRecord {
    init(_ entry: DecisionJournal.Entry, of cluster: NamespacedName) {
        namespace = cluster.namespace
        name = cluster.name
        time = entry.time
        lastTime = entry.lastTime
        decisions = entry.decisions
        replicas = entry.replicas
        bounds = Bounds(min: Int(entry.minReplicas), max: Int(entry.maxReplicas), schedules: entry.schedules)
        metrics = zip(entry.trace.metrics, entry.targets).map(Metric.init)
        guards = entry.trace.guards.map(Guard.init)
        stages = entry.trace.steps.map { Stage(name: $0.name, replicas: Int($0.replicas)) }
        final = Int(entry.trace.final)
        reason = entry.trace.reason
        outcome = entry.outcome
        error = entry.error
    }
}

extension DecisionRecord.Metric {
    fileprivate init(_ trace: MetricTrace, _ metric: MetricTarget) {
        name = trace.name
        value = trace.usageMilli.map { Quantity(milli: $0) }
        averageValue = trace.averageMilli.map { Quantity(milli: $0) }
        switch metric.target {
        case .averageValue(let milli): (targetType, target) = ("AverageValue", Quantity(milli: milli))
        case .value(let milli): (targetType, target) = ("Value", Quantity(milli: milli))
        }
        raw = trace.raw.map(Int.init)
        replicas = trace.proposal.map(Int.init)
        isWithinTolerance = trace.isWithinTolerance
        isInactive = trace.isInactive
        isIgnored = trace.isIgnored
        failure = trace.failure
    }
}

extension DecisionRecord.Guard {
    fileprivate init(_ trace: GuardTrace) {
        metric = trace.name
        value = trace.valueMilli.map { Quantity(milli: $0) }
        max = Quantity(milli: trace.maxMilli)
        isExceeded = trace.isExceeded
        failure = trace.failure
    }
}
