internal import KubeCore

/// What conditions and events call a metric and its failures: HPA's own words (horizontal.go, computeReplicasForMetric,
/// and replica_calculator.go), or plainer ones.
struct MetricWords: Sendable {
    /// Why a metric could not be used.
    struct Failure {
        /// As the metric's own event has it.
        var error: String
        /// As the controller passes it on; the event about all metrics quotes this.
        var wrapped: String
    }

    let metric: MetricTarget
    let namespace: String
    let isPlain: Bool
    /// `external metric rps(nil)`
    let name: String
    /// Why ScalingActive is True.
    let found: String
    /// Reasons for what is decided by this metric.
    let aboveTarget: String
    let atTarget: String

    init(_ metric: MetricTarget, _ policy: AutoscalerPolicy) {
        self.metric = metric
        namespace = policy.namespace
        isPlain = policy.deviations.contains(.plainMessages)
        let isBare = isPlain && metric.selector == nil
        name = "external metric \(metric.name)\(isBare ? "" : "(\(Self.text(of: metric.selector)))")"
        found = "the HPA was able to successfully calculate a replica count from \(name)"
        aboveTarget = "\(name) above target"
        atTarget = "\(name) at target"
    }

    func unreadable(_ cause: String) -> Failure {
        let place = isPlain ? metric.name : "\(namespace)/\(metric.name)/\(Self.text(of: metric.selector))"
        return failure("unable to get external metric \(place): \(cause)")
    }

    func lacksPods(_ observation: Observation) -> Failure {
        let none = observation.statusReplicas == 0 || !isPlain
        return failure(
            "unable to calculate ready pods: "
                + (none
                    ? "no pods returned by selector while calculating replica count" : "none is ready to be scaled by"))
    }

    private func failure(_ error: String) -> Failure {
        guard !isPlain else { return Failure(error: error, wrapped: error) }
        let inner =
            switch metric.target {
            case .averageValue: "failed to get \(metric.name) external metric"
            case .value: "failed to get external metric \(metric.name)"
            }
        return Failure(error: error, wrapped: "failed to get \(metric.name) external metric value: \(inner): \(error)")
    }

    /// The selector as Go's generated String method writes it, since that is what HPA's messages have.
    private static func text(of selector: LabelSelector?) -> String {
        guard let selector else { return "nil" }
        let labels = (selector.matchLabels ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)," }.joined()
        let expressions = (selector.matchExpressions ?? []).map { requirement in
            let values = (requirement.values ?? []).joined(separator: " ")
            return "LabelSelectorRequirement{Key:\(requirement.key),Operator:\(requirement.operator.rawValue),"
                + "Values:[\(values)],},"
        }.joined()
        return "&LabelSelector{MatchLabels:map[string]string{\(labels)},"
            + "MatchExpressions:[]LabelSelectorRequirement{\(expressions)},}"
    }
}
