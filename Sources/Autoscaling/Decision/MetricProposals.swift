internal import KubeCore

/// What all metrics together propose: the highest, unless one of them failed and the others would go down.
struct MetricProposals {
    private let calculator: ReplicaCalculator
    private let observation: Observation
    private let mayBeZero: Bool
    private(set) var traces: [MetricTrace] = []
    private(set) var events: [AutoscalerEvent] = []
    private var best: (replicas: Int32, words: MetricWords)?
    private let targets: [MetricTarget.Target]
    private let hasOwnTolerance: Bool
    private var failures = 0
    private var firstFailure: MetricWords.Failure?

    /// - Parameter words: one for each of the policy's metrics.
    init(
        _ policy: AutoscalerPolicy, _ words: [MetricWords], _ calculator: ReplicaCalculator, _ observation: Observation
    ) {
        self.calculator = calculator
        self.observation = observation
        mayBeZero = policy.minReplicas == 0
        targets = policy.metrics.map(\.target)
        hasOwnTolerance = policy.behavior?.scaleDown?.tolerance != nil
        let evaluator = MetricEvaluator(
            deviations: policy.deviations, staleness: policy.staleness, now: observation.now)
        for (index, words) in words.enumerated() {
            let metric = words.metric
            let reading =
                index < observation.readings.count ? observation.readings[index] : .failed("it was not read")
            switch evaluator.evaluate(reading, onEmpty: metric.onEmpty) {
            case .failed(let cause): fail(metric, words.unreadable(cause))
            case .ignored: ignore(metric)
            case .values(let values):
                if let proposal = proposal(metric, values) {
                    propose(metric, proposal, words)
                } else {
                    fail(metric, words.lacksPods(observation))
                }
            }
        }
    }

    /// The highest need before tolerance.
    var raw: Int32? { traces.compactMap(\.raw).max() }

    /// What the load needs where a forecast, and no tolerance, keeps replicas that it no longer needs. nil where a tolerance
    /// was asked for, or too little is known.
    var needed: Int32? {
        guard failures == 0, !hasOwnTolerance, observation.keptReplicas != nil else { return nil }
        return traces.enumerated().compactMap { index, trace in
            guard case .averageValue = targets[index], let raw = trace.raw else { return trace.proposal }
            return trace.proposal.map { min($0, raw) }
        }.max()
    }

    /// The proposal that counts. nil: all metrics failed, or some did and the rest would scale down.
    var chosen: (replicas: Int32, words: MetricWords)? {
        guard let best, failures == 0 || best.replicas >= observation.specReplicas else { return nil }
        return best
    }

    /// Whether a metric could not be read, as against all of them having nothing to say.
    var isFailure: Bool { firstFailure != nil }

    /// The reason of ScalingActive=False, by the first metric that failed.
    var failureReason: String { firstFailure == nil ? "NoMetricsAvailable" : "FailedGetExternalMetric" }

    var failureMessage: String {
        guard let firstFailure else {
            return "every metric is empty and set to be ignored when it is: the replica count stays"
        }
        return "the HPA was unable to compute the replica count: \(firstFailure.error)"
    }

    /// The event of a tick whose metrics could not be used, beside one event for each of them.
    var failureEvent: AutoscalerEvent {
        let message =
            firstFailure.map {
                "invalid metrics (\(failures) invalid out of \(traces.count)), first error is: \($0.wrapped)"
            } ?? failureMessage
        return AutoscalerEvent(type: .warning, reason: "FailedComputeMetricsReplicas", message: message)
    }

    // MARK: - One metric

    private func proposal(_ metric: MetricTarget, _ values: [Int64]) -> ReplicaCalculator.Proposal? {
        let proposal =
            switch metric.target {
            case .averageValue(let milli):
                calculator.perPod(values, targetMilli: milli, statusReplicas: observation.statusReplicas)
            case .value(let milli):
                calculator.total(values, targetMilli: milli, observation)
            }
        guard var proposal, isInactive(metric, proposal.usage) else { return proposal }
        // KEDA's rule: below its activation threshold a metric asks for nothing, whatever its target says.
        proposal.raw = 0
        proposal.replicas = 0
        proposal.isWithinTolerance = false
        return proposal
    }

    private func isInactive(_ metric: MetricTarget, _ usage: Int64) -> Bool {
        guard mayBeZero, let activation = metric.activationMilli else { return false }
        return usage <= activation
    }

    private mutating func propose(
        _ metric: MetricTarget, _ proposal: ReplicaCalculator.Proposal, _ words: MetricWords
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
        trace.isInactive = isInactive(metric, proposal.usage)
        traces.append(trace)
        // A zero gives way to whatever comes after it, as in the controller: only the name in messages shows it.
        if best.map({ $0.replicas == 0 || proposal.replicas > $0.replicas }) ?? true {
            best = (proposal.replicas, words)
        }
    }

    private mutating func ignore(_ metric: MetricTarget) {
        var trace = MetricTrace(name: metric.name)
        trace.isIgnored = true
        traces.append(trace)
    }

    private mutating func fail(_ metric: MetricTarget, _ failure: MetricWords.Failure) {
        var trace = MetricTrace(name: metric.name)
        trace.failure = failure.error
        traces.append(trace)
        failures += 1
        firstFailure = firstFailure ?? failure
        events.append(AutoscalerEvent(type: .warning, reason: "FailedGetExternalMetric", message: failure.error))
    }
}
