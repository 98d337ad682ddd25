import KubeCore

func checkMigration(_ migration: MigrationSpec, _ check: inout FieldCheck) {
    check.range("progressDeadlineSeconds", migration.progressDeadlineSeconds, 1...604_800)
    check.range("previewReplicas", migration.previewReplicas, 1...1000)
    check.range("capacityWaitSeconds", migration.capacityWaitSeconds, 0...604_800)
    check.range("scaleDownDelaySeconds", migration.scaleDownDelaySeconds, 0...604_800)
    check.range("autoPromoteAfterSeconds", migration.autoPromoteAfterSeconds, 0...604_800)
    check.nested("warmUp", migration.warmUp) {
        $1.range("requests", $0.requests, 0...1000)
        if let path = $0.path, !path.hasPrefix("/") { $1.report("path", .invalid, "must begin with '/'") }
    }
    check.nested("analysis", migration.analysis) { checkAnalysis($0, &$1) }
}

private func checkAnalysis(_ analysis: AnalysisSpec, _ check: inout FieldCheck) {
    check.range(
        "prePromotion.maxLatencyMilliseconds", analysis.prePromotion?.maxLatencyMilliseconds, 1...3_600_000)
    check.nested("prometheus", analysis.prometheus) {
        if !isHTTPURL($0.url) { $1.report("url", .invalid, "must be an http:// or https:// URL without credentials") }
        $1.objectName("authSecretRef.name", $0.authSecretRef?.name)
        $1.objectName("tls.caSecretRef.name", $0.tls?.caSecretRef?.name)
        $1.objectName("tls.clientCertificateSecretRef.name", $0.tls?.clientCertificateSecretRef?.name)
    }
    let checks = analysis.postPromotion ?? []
    check.uniqueNames("postPromotion", checks.map(\.name), of: "name")
    for (index, one) in checks.enumerated() {
        check.nested("postPromotion[\(index)]", one) { checkCheck($0, &$1) }
    }
}

private func checkCheck(_ one: AnalysisSpec.Check, _ check: inout FieldCheck) {
    if (one.query == nil) == (one.engineMetric == nil) {
        check.report("", .invalid, "exactly one of query and engineMetric is required")
    }
    if one.query != nil, one.min == nil, one.max == nil {
        check.report("query", .invalid, "min or max is required with a query")
    }
    for (field, limit) in [("min", one.min), ("max", one.max)] {
        if let limit, limit.quantity?.milliValue == nil { check.report(field, .invalid, "\(limit) is no quantity") }
    }
    if let least = one.min?.quantity?.milliValue, let most = one.max?.quantity?.milliValue, least > most {
        check.report("min", .invalid, "min must not be above max")
    }
    check.range("intervalSeconds", one.intervalSeconds, 1...86400)
    check.range("count", one.count, 1...1000)
    check.range("failureLimit", one.failureLimit, 0...1000)
    check.range("minRequests", one.minRequests, 0...1_000_000)
}

func checkOperation(_ operation: OperationSpec, _ check: inout FieldCheck) {
    check.nonEmpty("id", operation.id)
    if operation.type.namesRevision, operation.targetRevision == nil {
        check.report("targetRevision", .required, "targetRevision is required with Promote and Rollback")
    }
}
