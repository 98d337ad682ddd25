internal import KubeCore

/// What all metrics together propose: the highest, unless one of them failed and the others would go down.
struct MetricProposals {
    private(set) var traces: [MetricTrace] = []
    private(set) var events: [AutoscalerEvent] = []
    private var best: (replicas: Int32, name: String)?
    private var failures = 0
    private var firstFailure: String?

    init(_ policy: AutoscalerPolicy, _ observation: Observation) {
        let evaluator = MetricEvaluator(
            deviations: policy.deviations, staleness: policy.staleness, now: observation.now)
        let calculator = ReplicaCalculator(tolerances: policy.tolerances)
        for (index, metric) in policy.metrics.enumerated() {
            let reading =
                index < observation.readings.count ? observation.readings[index] : .failed("it was not read")
            switch evaluator.evaluate(reading, onEmpty: metric.onEmpty) {
            case .failed(let message): fail(metric, "unable to get external metric \(metric.name): \(message)")
            case .ignored: ignore(metric)
            case .values(let values):
                if Self.lacksReadyPods(metric, policy, observation) {
                    fail(metric, "unable to calculate ready pods: none is ready to be scaled by")
                } else {
                    propose(metric, Self.proposal(metric, values, calculator, observation), observation)
                }
            }
        }
    }

    /// The highest need before tolerance.
    var raw: Int32? { traces.compactMap(\.raw).max() }

    /// The proposal that counts. nil: all metrics failed, or some did and the rest would scale down.
    func best(current: Int32) -> (replicas: Int32, name: String)? {
        guard let best, failures == 0 || best.replicas >= current else { return nil }
        return best
    }

    /// The reason of ScalingActive=False, by the first metric that failed.
    var failureReason: String { firstFailure == nil ? "NoMetricsAvailable" : "FailedGetExternalMetric" }

    /// The event of a tick whose metrics could not be used, beside one event for each of them.
    var failureEvent: AutoscalerEvent {
        let message =
            firstFailure.map { "invalid metrics (\(failures) invalid out of \(traces.count)), first error is: \($0)" }
            ?? failureMessage
        return AutoscalerEvent(type: .warning, reason: "FailedComputeMetricsReplicas", message: message)
    }

    var failureMessage: String {
        guard let firstFailure else {
            return "every metric is empty and set to be ignored when it is: the replica count stays"
        }
        return "the HPA was unable to compute the replica count: \(firstFailure)"
    }

    // MARK: - One metric

    private static func proposal(
        _ metric: MetricTarget, _ values: [Int64], _ calculator: ReplicaCalculator, _ observation: Observation
    ) -> ReplicaCalculator.Proposal {
        switch metric.target {
        case .averageValue(let milli):
            calculator.perPod(values, targetMilli: milli, statusReplicas: observation.statusReplicas)
        case .value(let milli):
            calculator.total(
                values, targetMilli: milli, specReplicas: observation.specReplicas,
                readyReplicas: observation.readyReplicas)
        }
    }

    /// HPA fails too where there is no pod at all; where none is ready yet it multiplies by zero.
    private static func lacksReadyPods(
        _ metric: MetricTarget, _ policy: AutoscalerPolicy, _ observation: Observation
    ) -> Bool {
        guard case .value = metric.target, observation.specReplicas != 0, observation.readyReplicas <= 0 else {
            return false
        }
        return policy.deviations.contains(.holdWithoutReadyPods) || observation.statusReplicas == 0
    }

    private mutating func propose(
        _ metric: MetricTarget, _ proposal: ReplicaCalculator.Proposal, _ observation: Observation
    ) {
        var trace = MetricTrace(name: metric.name)
        trace.usageMilli = proposal.usage
        if case .averageValue = metric.target, observation.statusReplicas > 0 {
            let average = (Double(proposal.usage) / Double(observation.statusReplicas)).rounded(.up)
            trace.averageMilli = Int64(exactly: average) ?? .max
        }
        trace.ratio = proposal.ratio
        trace.raw = proposal.raw
        trace.proposal = proposal.replicas
        trace.isWithinTolerance = proposal.isWithinTolerance
        traces.append(trace)
        // A zero gives way to whatever comes after it, as in the controller: only the name in messages shows it.
        if best.map({ $0.replicas == 0 || proposal.replicas > $0.replicas }) ?? true {
            best = (proposal.replicas, metric.displayName)
        }
    }

    private mutating func ignore(_ metric: MetricTarget) {
        var trace = MetricTrace(name: metric.name)
        trace.isIgnored = true
        traces.append(trace)
    }

    private mutating func fail(_ metric: MetricTarget, _ message: String) {
        var trace = MetricTrace(name: metric.name)
        trace.failure = message
        traces.append(trace)
        failures += 1
        firstFailure = firstFailure ?? message
        events.append(AutoscalerEvent(type: .warning, reason: "FailedGetExternalMetric", message: message))
    }
}
