internal import Autoscaling
internal import Base
internal import DeepSeekAPI
internal import KubeClient
internal import KubeCore
internal import KubeRuntime
internal import Telemetry

/// Reads the metrics of one cluster, decides, and writes the wish through /scale. It comes back every sync period.
struct ScalingReconciler: Reconciler {
    let caches: ClusterCaches
    let specs: ScalingSpecs
    let client: KubeClient
    let readings: ReadingCollector
    let guards: GuardReader
    let capacity: CapacityView
    let memory: ScalingMemory
    let store: ScalingStore
    let reports: ScalingReports
    let journal: DecisionJournal
    let announcer: Announcer
    let metrics: ScalingMetrics
    let log: Logger
    /// Tells that a cluster's report changed.
    let notify: @Sendable (NamespacedName) -> Void
    let now: @Sendable () -> Timestamp

    func reconcile(_ request: ReconcileRequest) async throws -> ReconcileResult {
        guard let cluster = caches.clusters.store[request], !cluster.metadata.isBeingDeleted,
            let spec = cluster.spec.autoscaling, let known = specs.read(cluster), let autoscaler = known.autoscaler
        else {
            memory.forget(request)
            specs.forget(request)
            journal.forget(request)
            guards.forget(request)
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
        try await restore(cluster)
        let pods = caches.pods(of: request)
        memory.observe(pods, of: cluster)
        var tick = ScalingTick(cluster, spec, pods: pods, now: now())
        tick.coldStarts = memory.coldStarts(of: request, revision: tick.revision)
        tick.capacity = tick.revision.flatMap { revision in
            caches.revision(revision, of: request).flatMap {
                capacity.finding(for: cluster, revision: $0, active: tick.activePods)
            }
        }
        let policy = autoscaler.policy
        let bounds = known.schedules.bounds(
            at: tick.now, minReplicas: policy.minReplicas, maxReplicas: policy.maxReplicas)
        tick.schedules = bounds.underWay
        async let loads = guards.read(
            spec.guards ?? [], of: cluster, pods: tick.activePods, timeout: ReadingCollector.timeout(spec))
        let metrics = await readings.read(spec, namespace: request.namespace)
        tick.add(await loads)
        var observation = tick.observation(replicas: replicas, readings: metrics)
        forecast(&observation, policy, tick, period)
        let isWritten = try await decide(
            autoscaler.within(minReplicas: bounds.minReplicas, maxReplicas: bounds.maxReplicas), observation, tick)
        return .requeue(after: isWritten ? period : min(period, .milliseconds(200)))
    }

    private func forecast(
        _ observation: inout Observation, _ policy: AutoscalerPolicy, _ tick: ScalingTick, _ period: Duration
    ) {
        let key = tick.cluster.namespacedName
        guard tick.spec.resolvedForecastEnabled else { return memory.forgetForecast(of: key) }
        memory.forecast(
            &observation, policy: policy, coldStart: tick.coldStarts ?? ColdStartTimes(), onTheirWay: tick.onTheirWay,
            syncPeriod: period, of: key)
    }

    /// Returns false when somebody else wrote the replicas first, so that the decision no longer holds.
    private func decide(
        _ autoscaler: Autoscaler, _ observation: Observation, _ tick: ScalingTick
    ) async throws -> Bool {
        let cluster = tick.cluster
        let key = cluster.namespacedName
        var state = memory.state(of: cluster, now: observation.now)
        let decision = autoscaler.decide(observation, state: &state)
        var conditions = decision.conditions
        var failure: KubeError?
        if decision.isRescale {
            do throws(KubeError) {
                try await write(decision, cluster)
                autoscaler.recordRescale(decision, at: observation.now, state: &state)
            } catch {
                failure = error
                conditions = [decision.rescaleFailed(error.description)]
            }
        }
        memory.store(state, of: cluster)
        await keep(cluster, mayBeZero: autoscaler.policy.minReplicas == 0, now: observation.now)
        journal.add(
            DecisionJournal.Entry(
                decision, observation, policy: autoscaler.policy, onTheirWay: tick.onTheirWay.count,
                schedules: tick.schedules, error: failure?.description),
            of: key)
        metrics.observe(decision, isFailed: failure != nil, after: tick.startedAt.duration(to: .now))
        let isRescaled = decision.isRescale && failure == nil
        tell(decision, isRescaled: isRescaled, tick)
        let wished = max(decision.trace.limited ?? decision.replicas, decision.replicas)
        publish(
            memory.report(
                decision, conditions: conditions, capacity: tick.capacity?.condition(wished: wished),
                coldStarts: tick.coldStarts, isRescaled: isRescaled, at: observation.now, of: key),
            of: key)
        // A failed test in a JSON patch is answered with 422.
        return failure.map { !($0.isConflict || $0.isInvalid) } ?? true
    }

    // MARK: Over restarts

    /// Takes over what another process remembered, before anything is decided. Errors: the API server cannot be asked.
    private func restore(_ cluster: DeepSeekCluster) async throws(KubeError) {
        guard memory.isUnread(cluster) else { return }
        let loaded = try await store.load(cluster)
        if let problem = memory.restore(loaded, of: cluster, now: now()) {
            log.warning(
                "the autoscaler's memory is not restored",
                ["cluster": cluster.namespacedName.description, "problem": problem])
            tell(Self.forgetful(problem), of: cluster)
        }
    }

    /// Stores what would be missed after a restart. A write that fails is tried again with the next decision.
    private func keep(_ cluster: DeepSeekCluster, mayBeZero: Bool, now: Timestamp) async {
        guard let unsaved = memory.unsaved(of: cluster, mayBeZero: mayBeZero, now: now) else { return }
        let key = cluster.namespacedName
        do throws(KubeError) {
            let saved = try await store.save(unsaved.stored, of: cluster, uid: unsaved.uid)
            if case .unavailable(let problem) = saved { tell(Self.forgetful(problem), of: cluster) }
            memory.saved(unsaved.stored, saved, of: key)
        } catch {
            log.warning("the autoscaler's memory is not stored", error: error, ["cluster": key.description])
            memory.saved(unsaved.stored, nil, of: key)
        }
    }

    private static func forgetful(_ problem: String) -> AutoscalerEvent {
        AutoscalerEvent(
            type: .warning, reason: "AutoscalerForgets",
            message: "stabilization windows do not survive a restart of the operator: \(problem)")
    }

    // MARK: Writing

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

    private func tell(_ decision: Decision, isRescaled: Bool, _ tick: ScalingTick) {
        let warnings = decision.events.filter { $0.type == .warning } + tick.warnings
        let news = memory.news(among: warnings, of: tick.cluster.namespacedName)
        let successes = isRescaled ? decision.events.filter { $0.type == .normal } : []
        for event in news + successes { tell(event, of: tick.cluster) }
    }

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
