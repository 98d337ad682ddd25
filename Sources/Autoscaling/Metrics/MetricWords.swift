internal import KubeCore

/// What conditions and events call a metric and its failures: HPA's own words (horizontal.go, computeReplicasForMetric,
/// and replica_calculator.go), or plainer ones.
struct MetricWords {
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

    init(_ metric: MetricTarget, _ policy: AutoscalerPolicy) {
        self.metric = metric
        namespace = policy.namespace
        isPlain = policy.deviations.contains(.plainMessages)
    }

    /// `external metric rps(nil)`
    var name: String {
        guard isPlain else { return "external metric \(metric.name)(\(selector))" }
        return "external metric \(metric.name)\(metric.selector == nil ? "" : "(\(selector))")"
    }

    func unreadable(_ cause: String) -> Failure {
        let place = isPlain ? metric.name : "\(namespace)/\(metric.name)/\(selector)"
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
    private var selector: String {
        guard let selector = metric.selector else { return "nil" }
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
