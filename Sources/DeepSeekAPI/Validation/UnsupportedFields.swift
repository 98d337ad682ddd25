/// The fields of a resource that ask for something which the operator cannot do yet: Accepted becomes False with the
/// reason `Unsupported`, and what was accepted before goes on running.
///
/// Only what would change behaviour is named. A field that asks for what happens anyway, such as `strategy: BlueGreen`,
/// is fine.
public func unsupportedYet(_ cluster: DeepSeekCluster) -> [FieldError] {
    let spec = cluster.spec
    var check = FieldCheck("spec")
    check.refuse("gateway", when: spec.gateway != nil, "the gateway does not exist yet; take it out")
    if spec.engine.resolvedNodesPerReplica > 1 {
        check.refuse("engine.nodesPerReplica", when: true, "a replica has one node for now; set it to 1")
    }
    if spec.engine.type == .tensorRTLLM { refuseForTensorRTLLM(spec, &check) }
    check.nested("autoscaling", spec.autoscaling) { refuseAutoscaling($0, &$1) }
    check.nested("migration", spec.migration) {
        $1.refuse("strategy", when: $0.resolvedStrategy != .blueGreen, "only BlueGreen works yet")
    }
    check.nested("monitoring", spec.monitoring) {
        $1.refuse("podMonitor", when: $0.podMonitor == true, "no PodMonitor is made yet; set it to false")
        $1.refuse("alerts", when: $0.alerts.map { $0 != .init() } ?? false, "no alerts are made yet; take it out")
        $1.refuse("dashboards", when: $0.dashboards == true, "no dashboards are made yet; set it to false")
    }
    return check.errors
}

/// What trtllm-serve has no flag for: rendered silently, GPUs would idle and weights not be found.
private func refuseForTensorRTLLM(_ spec: DeepSeekClusterSpec, _ check: inout FieldCheck) {
    check.refuse(
        "engine.dataParallel", when: spec.engine.resolvedDataParallel > 1,
        "trtllm-serve has no data parallelism; leave it out and use more replicas")
    check.refuse(
        "model.source.s3", when: spec.model.source?.s3 != nil,
        "trtllm-serve reads no S3; use pvc, huggingFace, oci or hostPath")
}

private func refuseAutoscaling(_ autoscaling: AutoscalingSpec, _ check: inout FieldCheck) {
    check.refuse("source.gateway", when: autoscaling.source?.gateway != nil, "the gateway does not exist yet")
    for (index, source) in (autoscaling.sources ?? []).enumerated() {
        check.refuse("sources[\(index)].gateway", when: source.gateway != nil, "the gateway does not exist yet")
    }
}

extension FieldCheck {
    fileprivate mutating func refuse(_ field: String, when condition: Bool, _ message: String) {
        if condition { report(field, .unsupported, message) }
    }
}
