internal import Autoscaling
internal import Base
internal import DeepSeekAPI
internal import KubeClient
internal import KubeCore
internal import KubeRuntime
internal import Telemetry

/// Reads the metrics of one cluster, decides, and writes the wish through /scale. It comes back every sync period.
struct ScalingReconciler: Reconciler {
    let clusters: Store<DeepSeekCluster>
    let specs: ScalingSpecs
    let client: KubeClient
    let readings: ReadingCollector
    let memory: ScalingMemory
    let reports: ScalingReports
    let announcer: Announcer
    /// Tells that a cluster's report changed.
    let notify: @Sendable (NamespacedName) -> Void
    let now: @Sendable () -> Timestamp

    func reconcile(_ request: ReconcileRequest) async throws -> ReconcileResult {
        guard let cluster = clusters[request], !cluster.metadata.isBeingDeleted,
            let spec = cluster.spec.autoscaling, let known = specs.read(cluster), let autoscaler = known.autoscaler
        else {
            memory.forget(request)
            specs.forget(request)
            publish(nil, of: request)
            return .done
        }
        let period = Duration.seconds(spec.resolvedSyncPeriodSeconds)
        guard !cluster.spec.resolvedPaused, !spec.resolvedPaused else {
            publish(paused(cluster), of: request)
            return .requeue(after: period)
        }
        // Until replicas are filled there is nothing to scale, and a spec that was refused is not acted on.
        guard let replicas = cluster.spec.replicas, known.isAccepted else {
            return .requeue(after: period)
        }
        let observation = Observation(
            now: now(), specReplicas: Int32(clamping: replicas),
            statusReplicas: Int32(clamping: cluster.status?.replicas ?? 0),
            readyReplicas: Int32(clamping: cluster.status?.readyReplicas ?? 0),
            readings: await readings.read(spec, namespace: request.namespace))
        let isWritten = try await decide(autoscaler, observation, cluster)
        return .requeue(after: isWritten ? period : min(period, .milliseconds(200)))
    }

    /// Returns false when somebody else wrote the replicas first, so that the decision no longer holds.
    private func decide(
        _ autoscaler: Autoscaler, _ observation: Observation, _ cluster: DeepSeekCluster
    ) async throws -> Bool {
        let key = cluster.namespacedName
        var state = memory.state(of: cluster, now: observation.now)
        let decision = autoscaler.decide(observation, state: &state)
        var conditions = decision.conditions
        var isWritten = true
        if decision.isRescale {
            do throws(KubeError) {
                try await write(decision, cluster)
                autoscaler.recordRescale(decision, at: observation.now, state: &state)
            } catch {
                // A failed test in a JSON patch is answered with 422.
                isWritten = !(error.isConflict || error.isInvalid)
                conditions = [decision.rescaleFailed(error.description)]
            }
        }
        memory.store(state, of: cluster)
        let isRescaled = decision.isRescale && conditions == decision.conditions
        let warnings = memory.news(among: decision.events.filter { $0.type == .warning }, of: key)
        let successes = isRescaled ? decision.events.filter { $0.type == .normal } : []
        for event in warnings + successes { tell(event, of: cluster) }
        publish(
            memory.report(decision, conditions: conditions, isRescaled: isRescaled, at: observation.now, of: key),
            of: key)
        return isWritten
    }

    /// Replaces the number that the decision was made from, and no other.
    private func write(_ decision: Decision, _ cluster: DeepSeekCluster) async throws(KubeError) {
        let path = JSONPointer(tokens: ["spec", "replicas"])
        let patch = JSONPatch([
            .test(path, JSONValue(decision.currentReplicas)), .replace(path, JSONValue(decision.replicas)),
        ])
        let api = Api<DeepSeekCluster>(client, namespace: cluster.metadata.namespace)
        _ = try await api.patchScale(
            cluster.metadata.name, .json(patch), options: WriteOptions(fieldManager: FieldManager.scaling.rawValue))
    }

    private func publish(_ report: ScalingReport?, of cluster: NamespacedName) {
        if reports.set(report, of: cluster) { notify(cluster) }
    }

    // MARK: Words

    private func tell(_ event: AutoscalerEvent, of cluster: DeepSeekCluster) {
        announcer.tell(
            Plan.Note(
                isWarning: event.type == .warning, reason: event.reason, action: "Autoscale", message: event.message),
            of: cluster)
    }

    private func paused(_ cluster: DeepSeekCluster) -> ScalingReport {
        ScalingReport(
            conditions: [
                Condition(
                    type: AutoscalerCondition.scalingActive, status: .false, reason: "Paused",
                    message: cluster.spec.resolvedPaused ? "spec.paused is true" : "spec.autoscaling.paused is true")
            ], status: reports[cluster.namespacedName]?.status ?? cluster.status?.autoscaling ?? AutoscalingStatus())
    }
}
