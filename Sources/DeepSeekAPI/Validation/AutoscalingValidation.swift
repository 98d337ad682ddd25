import KubeCore

func checkAutoscaling(_ autoscaling: AutoscalingSpec, _ check: inout FieldCheck) {
    check.range("minReplicas", autoscaling.minReplicas, 0...100_000)
    check.range("maxReplicas", autoscaling.maxReplicas, 1...100_000)
    if autoscaling.resolvedMinReplicas > autoscaling.maxReplicas {
        check.report(
            "minReplicas", .invalid,
            "minReplicas must not be above maxReplicas (\(autoscaling.resolvedMinReplicas) > \(autoscaling.maxReplicas))"
        )
    }
    check.range("syncPeriodSeconds", autoscaling.syncPeriodSeconds, 1...300)
    check.range("stalenessSeconds", autoscaling.stalenessSeconds, 1...86400)
    checkSources(autoscaling, &check)
    if autoscaling.metrics.isEmpty { check.report("metrics", .required, "at least one metric is required") }
    for (index, metric) in autoscaling.metrics.enumerated() {
        check.nested("metrics[\(index)]", metric) { checkMetric($0, autoscaling, &$1) }
    }
    check.nested("behavior.scaleUp", autoscaling.behavior?.scaleUp) { checkRules($0, &$1) }
    check.nested("behavior.scaleDown", autoscaling.behavior?.scaleDown) { checkRules($0, &$1) }
    check.nested("fallback", autoscaling.fallback) {
        $1.range("afterSeconds", $0.afterSeconds, 0...86400)
        $1.range("replicas", $0.replicas, 1...100_000)
        if $0.policy == .atLeast, $0.replicas == nil {
            $1.report("replicas", .required, "replicas is required with the policy AtLeast")
        }
    }
    for (index, limit) in (autoscaling.guards ?? []).enumerated() {
        check.range("guards[\(index)].max", limit.max, 1...2_147_483_647)
    }
    check.uniqueNames("schedules", (autoscaling.schedules ?? []).map(\.name), of: "name")
    for (index, schedule) in (autoscaling.schedules ?? []).enumerated() {
        check.nested("schedules[\(index)]", schedule) { checkSchedule($0, maxReplicas: autoscaling.maxReplicas, &$1) }
    }
    if autoscaling.resolvedCompatibility == .strict { checkStrict(autoscaling, &check) }
}

/// Strict decides exactly as an HorizontalPodAutoscaler: what that has not, would be a silent exception.
private func checkStrict(_ autoscaling: AutoscalingSpec, _ check: inout FieldCheck) {
    func forbid(_ field: String, _ isGiven: Bool) {
        guard isGiven else { return }
        check.report(
            field, .forbidden, "an HorizontalPodAutoscaler has nothing of the kind; leave it out with Strict")
    }
    forbid("guards", !(autoscaling.guards ?? []).isEmpty)
    forbid("forecast.enabled", autoscaling.forecast?.enabled == true)
    forbid("schedules", !(autoscaling.schedules ?? []).isEmpty)
    forbid("fallback.policy", autoscaling.fallback?.policy == .atLeast)
    forbid("stalenessSeconds", autoscaling.stalenessSeconds != nil)
    for (index, metric) in autoscaling.metrics.enumerated() {
        forbid("metrics[\(index)].onEmpty", metric.resolvedOnEmpty != .hold)
        forbid("metrics[\(index)].activationThreshold", metric.activationThreshold != nil)
    }
}

private func checkSources(_ autoscaling: AutoscalingSpec, _ check: inout FieldCheck) {
    let isNeeded = autoscaling.metrics.contains { $0.sourceRef == nil } || autoscaling.metrics.isEmpty
    if autoscaling.source == nil, autoscaling.resolvedMode == .operator, isNeeded {
        check.report("source", .required, "source is required: name one of externalMetrics, prometheus, gateway")
    }
    check.nested("source", autoscaling.source) { checkMetricSource($0, &$1) }
    check.uniqueNames("sources", (autoscaling.sources ?? []).map(\.name), of: "name")
    for (index, source) in (autoscaling.sources ?? []).enumerated() {
        check.nested("sources[\(index)]", source.source) { checkMetricSource($0, &$1) }
    }
    checkAutoscalerMode(autoscaling, &check)
}

private func checkMetricSource(_ source: MetricSourceSpec, _ check: inout FieldCheck) {
    if source.given.count != 1 {
        let given = source.given.isEmpty ? "none is given" : "given are \(source.given.joined(separator: ", "))"
        check.report("", .invalid, "exactly one of externalMetrics, prometheus and gateway is required; \(given)")
    }
    check.nested("prometheus", source.prometheus) { prometheus, check in
        if !isHTTPURL(prometheus.url) {
            check.report("url", .invalid, "must be http://host:port or https://host:port, without user and query")
        }
        if prometheus.queries.isEmpty { check.report("queries", .required, "at least one query is required") }
        check.uniqueNames("queries", prometheus.queries.map(\.metric), of: "metric")
        for (index, query) in prometheus.queries.enumerated() {
            check.nonEmpty("queries[\(index)].query", query.query)
            if query.timestampQuery?.isEmpty == true {
                check.report("queries[\(index)].timestampQuery", .invalid, "must not be empty; leave it out instead")
            }
        }
        check.objectName("authSecretRef.name", prometheus.authSecretRef?.name)
        check.objectName("tls.caSecretRef.name", prometheus.tls?.caSecretRef?.name)
        check.objectName("tls.clientCertificateSecretRef.name", prometheus.tls?.clientCertificateSecretRef?.name)
    }
}

/// A URL with a host; without user, query and fragment, so that no credential is written into a resource.
func isHTTPURL(_ text: String) -> Bool {
    guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else { return false }
    let rest = text.dropFirst(scheme.count)
    let authority = rest.prefix { $0 != "/" }
    return !authority.isEmpty && !authority.hasPrefix(":") && !authority.contains("@")
        && !rest.contains { $0 == "?" || $0 == "#" || $0.isWhitespace }
}

private func checkMetric(_ metric: MetricSpec, _ autoscaling: AutoscalingSpec, _ check: inout FieldCheck) {
    guard let external = metric.external else {
        check.report("external", .required, "external is required with the type External")
        return
    }
    let name = external.metric.name
    check.nonEmpty("external.metric.name", name)
    check.labels("external.metric.selector.matchLabels", external.metric.selector?.matchLabels)
    let source = autoscaling.source(of: metric)
    if let reference = metric.sourceRef, source == nil {
        check.report(
            "sourceRef.name", .invalid,
            "every sourceRef needs a source of its name in sources; there is none named '\(reference.name)'")
    }
    if let prometheus = source?.prometheus, !prometheus.queries.contains(where: { $0.metric == name }) {
        let place = metric.sourceRef.map { "the queries of source '\($0.name)'" } ?? "source.prometheus.queries"
        check.report(
            "external.metric.name", .invalid,
            "every metric needs a query of its name in \(place); there is none for '\(name)'")
    }
    if let threshold = metric.activationThreshold, (threshold.quantity?.milliValue ?? -1) < 0 {
        check.report("activationThreshold", .invalid, "'\(threshold)' must be a quantity of 0 or more, such as 5")
    }
    check.nested("external.target", external.target) { checkTarget($0, &$1) }
}

private func checkTarget(_ target: MetricSpec.Target, _ check: inout FieldCheck) {
    let isAverage = target.type == .averageValue
    let wanted = isAverage ? "averageValue" : "value"
    let other = isAverage ? target.value : target.averageValue
    guard let quantity = isAverage ? target.averageValue : target.value, other == nil else {
        check.report("", .invalid, "the type AverageValue needs averageValue alone, and Value needs value alone")
        return
    }
    if (quantity.quantity?.milliValue ?? 0) <= 0 {
        check.report(wanted, .invalid, "'\(quantity)' must be a quantity above 0, such as 180 or 500m")
    }
}

private func checkRules(_ rules: BehaviorSpec.Rules, _ check: inout FieldCheck) {
    check.range("stabilizationWindowSeconds", rules.stabilizationWindowSeconds, 0...3600)
    if let policies = rules.policies, policies.isEmpty {
        check.report("policies", .required, "at least one policy is required; leave policies out for the default")
    }
    for (index, policy) in (rules.policies ?? []).enumerated() {
        check.range("policies[\(index)].value", policy.value, 1...2_147_483_647)
        check.range("policies[\(index)].periodSeconds", policy.periodSeconds, 1...1800)
    }
    if let tolerance = rules.tolerance, (tolerance.quantity?.nanos ?? -1) < 0 {
        check.report("tolerance", .invalid, "'\(tolerance)' must be a quantity of 0 or more, such as 0.1")
    }
}

private func checkSchedule(_ schedule: ScheduleSpec, maxReplicas: Int, _ check: inout FieldCheck) {
    for (field, text) in [("start", schedule.start), ("end", schedule.end)] {
        do throws(CronExpression.Problem) {
            _ = try CronExpression(text)
        } catch {
            check.report(field, .invalid, error.description)
        }
    }
    check.range("minReplicas", schedule.minReplicas, 1...100_000)
    check.range("maxReplicas", schedule.maxReplicas, 1...100_000)
    if let least = schedule.minReplicas, least > maxReplicas {
        check.report(
            "minReplicas", .invalid, "must not be above autoscaling.maxReplicas (\(least) > \(maxReplicas))")
    }
    switch (schedule.minReplicas, schedule.maxReplicas) {
    case (nil, nil): check.report("", .required, "minReplicas or maxReplicas is required")
    case (let least?, let most?) where least > most:
        check.report("minReplicas", .invalid, "minReplicas must not be above maxReplicas (\(least) > \(most))")
    default: break
    }
}
