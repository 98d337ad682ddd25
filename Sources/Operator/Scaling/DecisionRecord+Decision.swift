internal import Autoscaling
internal import KubeCore

extension DecisionRecord {
    /// - Parameters:
    ///   - policy: with the bounds that held.
    ///   - schedules: names of those under way.
    ///   - error: why the write failed.
    init(
        _ decision: Decision, _ observation: Observation, policy: AutoscalerPolicy, onTheirWay: Int,
        schedules: [String],
        error: String?, of cluster: NamespacedName
    ) {
        namespace = cluster.namespace
        name = cluster.name
        time = observation.now
        lastTime = observation.now
        decisions = 1
        replicas = Replicas(
            spec: Int(observation.specReplicas), status: Int(observation.statusReplicas),
            ready: Int(observation.readyReplicas), onTheirWay: onTheirWay)
        bounds = Bounds(min: Int(policy.minReplicas), max: Int(policy.maxReplicas), schedules: schedules)
        metrics = zip(decision.trace.metrics, policy.metrics).map(Metric.init)
        guards = decision.trace.guards.map(Guard.init)
        stages = decision.trace.steps.map { Stage(name: $0.name, replicas: Int($0.replicas)) }
        final = Int(decision.trace.final)
        reason = decision.trace.reason
        outcome = error != nil ? .failed : decision.isRescale ? .written : .kept
        self.error = error
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
