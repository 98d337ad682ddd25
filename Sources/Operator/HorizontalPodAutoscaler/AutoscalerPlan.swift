internal import Autoscaling
internal import DeepSeekAPI
internal import KubeCore

/// What is to be done about a cluster's HorizontalPodAutoscaler, and what it says of itself.
///
/// With `mode: HorizontalPodAutoscaler` an HPA that targets the DeepSeekCluster decides, and the operator writes no
/// replicas. The HPA goes when the mode does, and also where it could not be right: a metric that it cannot read, or
/// would read from somebody else, is no reason to guess.
struct AutoscalerPlan {
    /// Why there is no HPA although the spec asks for one.
    private enum Obstacle {
        case paused, missingAPI, metricsNotServed, toleranceUnsupported
    }

    let situation: Situation
    let manifests: Manifests
    let support: AutoscalerSupport

    private var spec: AutoscalingSpec? {
        situation.cluster.spec.autoscaling.flatMap { $0.resolvedMode == .horizontalPodAutoscaler ? $0 : nil }
    }

    /// The HPA of this cluster, as observed.
    private var observed: HorizontalPodAutoscaler? {
        situation.world.autoscaler.flatMap { situation.world.owns($0.metadata) ? $0 : nil }
    }

    private func obstacle(to spec: AutoscalingSpec) -> Obstacle? {
        if spec.resolvedPaused { return .paused }
        if support.resourceType == nil { return .missingAPI }
        let isOurs = spec.metrics.contains { spec.source(of: $0)?.prometheus != nil }
        if isOurs, !support.servesPrometheusMetrics { return .metricsNotServed }
        let rules = [spec.behavior?.scaleUp, spec.behavior?.scaleDown].compactMap(\.self)
        if !support.hasTolerance, rules.contains(where: { $0.tolerance != nil }) { return .toleranceUnsupported }
        return nil
    }

    // MARK: Steps

    /// A spec that is not accepted changes nothing: the HPA of the one before goes on.
    func steps() -> [Plan.Step] {
        guard situation.acceptance.isAccepted, let type = support.resourceType else { return [] }
        guard let spec, obstacle(to: spec) == nil else { return removal(type) }
        let created = Plan.Note(
            reason: "AutoscalerCreated", action: "Autoscale",
            message: "created HorizontalPodAutoscaler \(situation.names.autoscaler), which decides from now on")
        let application = Application(
            resource: type, name: situation.names.autoscaler, manager: .autoscaler,
            body: manifests.autoscaler(spec, type), observed: situation.world.autoscaler?.comparableMetadata)
        return [Plan.Step(action: .apply(application), note: observed == nil ? created : nil)]
    }

    private func removal(_ type: ResourceType) -> [Plan.Step] {
        guard let metadata = observed?.metadata, !metadata.isBeingDeleted, let uid = metadata.uid,
            let version = metadata.resourceVersion
        else { return [] }
        let note = Plan.Note(
            reason: "AutoscalerRemoved", action: "Autoscale",
            message: "deleted HorizontalPodAutoscaler \(metadata.name)")
        return [
            Plan.Step(
                action: .delete(type, name: metadata.name, uid: uid, resourceVersion: version), note: note)
        ]
    }

    // MARK: Report

    /// Nil where the operator decides itself.
    func report() -> ScalingReport? {
        guard let spec else { return nil }
        var status = AutoscalingStatus()
        status.lastScaleTime = situation.cluster.status?.autoscaling?.lastScaleTime
        status.coldStart = situation.cluster.status?.autoscaling?.coldStart
        if let obstacle = obstacle(to: spec) {
            return ScalingReport(conditions: [condition(of: obstacle)], status: status)
        }
        guard let observed else {
            return ScalingReport(conditions: [situation.conflict.map(conflict) ?? pending], status: status)
        }
        return ScalingReport(mirroring: observed, over: status) ?? ScalingReport(conditions: [pending], status: status)
    }

    private func condition(of obstacle: Obstacle) -> Condition {
        switch obstacle {
        case .paused:
            return inactive(reason: "Paused", "spec.autoscaling.paused is true")
        case .missingAPI:
            return inactive(
                reason: "AutoscalingAPIMissing",
                "the server offers neither autoscaling/v2 nor v2beta2; use spec.autoscaling.mode Operator")
        case .metricsNotServed:
            return inactive(
                reason: "MetricsNotServed",
                "an HPA reads a Prometheus source only by the operator's external metrics adapter, which is off; turn "
                    + "it on (--external-metrics-bind-address), or use spec.autoscaling.mode Operator")
        case .toleranceUnsupported:
            return inactive(
                reason: "ToleranceUnsupported",
                "autoscaling/v2beta2 has no behavior.tolerance; take it out, or use spec.autoscaling.mode Operator")
        }
    }

    private func inactive(reason: String, _ message: String) -> Condition {
        Condition(type: AutoscalerCondition.scalingActive, status: .false, reason: reason, message: message)
    }

    private func conflict(_ text: String) -> Condition { inactive(reason: "NameConflict", text) }

    private var pending: Condition {
        Condition(
            type: AutoscalerCondition.scalingActive, status: .unknown, reason: "AutoscalerPending",
            message: "HorizontalPodAutoscaler \(situation.names.autoscaler) has not reported yet")
    }
}

extension ScalingReport {
    private static let conditionTypes = [
        AutoscalerCondition.ableToScale, AutoscalerCondition.scalingActive, AutoscalerCondition.scalingLimited,
    ]

    /// The HPA's own account. Nil while it has none.
    fileprivate init?(mirroring autoscaler: HorizontalPodAutoscaler, over previous: AutoscalingStatus) {
        let conditions = (autoscaler.status?.conditions ?? []).filter { Self.conditionTypes.contains($0.type) }
        guard !conditions.isEmpty else { return nil }
        var status = previous
        status.lastScaleTime = autoscaler.status?.lastScaleTime ?? previous.lastScaleTime
        let metrics = (autoscaler.status?.currentMetrics ?? []).compactMap(\.external).map { external in
            AutoscalingStatus.Metric(
                name: external.metric.name,
                averageValue: external.current.averageValue?.milliValue.map(AutoscalingStatus.rounded),
                value: external.current.value?.milliValue.map(AutoscalingStatus.rounded))
        }
        status.currentMetrics = metrics.isEmpty ? nil : metrics
        self.init(
            conditions: conditions.map {
                Condition(type: $0.type, status: $0.status, reason: $0.reason, message: $0.message)
            }.sorted { $0.type < $1.type }, status: status)
    }
}

extension HorizontalPodAutoscaler {
    /// Metadata by which the ledger can tell whether somebody changed the object. An HPA has no generation, and its
    /// resourceVersion moves with every metric that it reads: its spec, hashed, stands in.
    fileprivate var comparableMetadata: ObjectMeta {
        var metadata = metadata
        metadata.generation = Int64(spec.hashValue)
        return metadata
    }
}
