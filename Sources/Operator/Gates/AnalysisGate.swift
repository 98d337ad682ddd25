internal import Base
internal import DeepSeekAPI
internal import HTTPTransport
internal import KubeCore
internal import MetricSources
internal import Migration

/// The gate after the promotion: checks that are measured every so often while clients reach the revision.
final class AnalysisGate: Sendable {
    /// What to do next.
    enum Advance: Sendable {
        case verdict(GateVerdict)
        case next(Duration)
    }

    /// A run of the gate, from its beginning.
    private struct Run {
        var gate: Gate
        var progress: AnalysisProgress
        /// When each check is due, on the stopwatch.
        var due: [String: Duration]
        /// What the engines had counted when a check was last measured.
        var readings: [String: AnalysisMeter.Readings]
    }

    private let meter: AnalysisMeter
    private let transport: any Transport
    private let credentials: MetricCredentials
    private let stopwatch: Stopwatch
    private let runs = Lock<[NamespacedName: Run]>([:])

    init(
        meter: AnalysisMeter, transport: any Transport, credentials: MetricCredentials,
        clock: any Clock<Duration> = MonotonicClock()
    ) {
        self.meter = meter
        self.transport = transport
        self.credentials = credentials
        stopwatch = Stopwatch(clock)
    }

    func forget(_ cluster: NamespacedName) { runs.withLock { $0[cluster] = nil } }

    /// Takes the measurements that are due. One call at a time for a cluster. Errors: `CancellationError`.
    func advance(_ gate: Gate, _ cluster: DeepSeekCluster, _ pods: ServingPods) async throws -> Advance {
        let key = cluster.namespacedName
        let checks = cluster.spec.migration?.analysis?.postPromotion ?? []
        let known = runs.withLock { $0[key] }
        var run: Run
        if let known, known.gate == gate { run = known } else { run = try await begin(gate, checks, pods) }
        let now = stopwatch.elapsed
        let dueChecks = checks.filter { run.progress.isOpen($0) && now >= run.due[$0.name] ?? now }
        let readings = dueChecks.isEmpty ? [:] : try await meter.readings(pods)
        for check in dueChecks {
            let earlier = run.readings[check.name] ?? [:]
            run.progress.add(try await measure(check, cluster, pods, earlier, readings), of: check)
            run.readings[check.name] = readings
            run.due[check.name] = now + .seconds(check.resolvedIntervalSeconds)
        }
        if let (outcome, message) = run.progress.verdict {
            forget(key)
            return .verdict(GateVerdict(outcome: outcome, message: message))
        }
        runs.withLock { [run] in $0[key] = run }
        let next = checks.filter(run.progress.isOpen).compactMap { run.due[$0.name] }.min() ?? now
        return .next(max(.milliseconds(100), next - stopwatch.elapsed))
    }

    /// The first measurement is due after one interval, of what happened within it.
    private func begin(_ gate: Gate, _ checks: [AnalysisSpec.Check], _ pods: ServingPods) async throws -> Run {
        let readings = try await meter.readings(pods)
        let now = stopwatch.elapsed
        return Run(
            gate: gate, progress: AnalysisProgress(checks),
            due: Dictionary(checks.map { ($0.name, now + .seconds($0.resolvedIntervalSeconds)) }) { first, _ in first },
            readings: Dictionary(checks.map { ($0.name, readings) }) { first, _ in first })
    }

    private func measure(
        _ check: AnalysisSpec.Check, _ cluster: DeepSeekCluster, _ pods: ServingPods,
        _ earlier: AnalysisMeter.Readings, _ later: AnalysisMeter.Readings
    ) async throws -> Measurement {
        guard check.engineMetric == nil else { return meter.measure(check, from: earlier, to: later) }
        let analysis = cluster.spec.migration?.analysis
        guard let server = analysis?.prometheus?.prometheus ?? cluster.spec.autoscaling?.source?.prometheus else {
            return .noData("no Prometheus is named: set migration.analysis.prometheus, or use engineMetric")
        }
        let endpoint: PrometheusEndpoint
        do throws(MetricSourceError) {
            endpoint = try await credentials.endpoint(server, namespace: cluster.metadata.namespace ?? "")
        } catch {
            return .noData("\(error)")
        }
        return try await meter.measure(
            check, revision: pods.revision,
            source: { [transport] in PrometheusSource(endpoint, query: $0, transport: transport) },
            requests: EngineDifference(from: earlier, to: later).requests)
    }
}
