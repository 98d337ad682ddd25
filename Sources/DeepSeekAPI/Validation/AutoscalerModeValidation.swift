import KubeCore

/// With the mode HorizontalPodAutoscaler an HPA decides. What it cannot do is refused, not left out; what it does
/// anyway may be said.
func checkAutoscalerMode(_ autoscaling: AutoscalingSpec, _ check: inout FieldCheck) {
    guard autoscaling.resolvedMode == .horizontalPodAutoscaler else { return }
    check.forbid(
        "compatibility", when: autoscaling.resolvedCompatibility == .strict, "an HPA has its own rules; leave it out")
    check.forbid(
        "syncPeriodSeconds", when: autoscaling.syncPeriodSeconds != nil,
        "the period of HPAs is a setting of kube-controller-manager; leave it out")
    check.forbid(
        "stalenessSeconds",
        when: autoscaling.stalenessSeconds != nil
            && autoscaling.metrics.allSatisfy { autoscaling.source(of: $0)?.prometheus == nil },
        "an HPA takes samples of any age; leave it out, or use source.prometheus")
    for (index, metric) in autoscaling.metrics.enumerated() {
        check.forbid(
            "metrics[\(index)].onEmpty", when: metric.resolvedOnEmpty != .hold,
            "an HPA holds when a metric is empty; leave it out")
        check.forbid(
            "metrics[\(index)].activationThreshold", when: metric.activationThreshold != nil,
            "an HPA knows no activation; leave it out")
    }
    check.forbid(
        "guards", when: !(autoscaling.guards ?? []).isEmpty, "an HPA has no guards; take them out")
    check.forbid(
        "fallback.policy", when: autoscaling.resolvedFallback.resolvedPolicy != .hold,
        "an HPA holds when its metrics fail; use Hold or leave fallback out")
    check.forbid(
        "forecast.enabled", when: autoscaling.forecast?.enabled == true,
        "an HPA has no forecast; set it to false")
    check.forbid(
        "schedules", when: !(autoscaling.schedules ?? []).isEmpty, "an HPA has no schedules; take them out")
}

extension FieldCheck {
    fileprivate mutating func forbid(_ field: String, when condition: Bool, _ reason: String) {
        if condition {
            report(field, .forbidden, "not with the mode HorizontalPodAutoscaler: \(reason)")
        }
    }
}
