internal import DeepSeekAPI
internal import KubeCore
internal import KubeRuntime
internal import MetricSources

/// The metrics that DeepSeekClusters define through `source.prometheus` and `sources[].prometheus`, by namespace and name, as the operator's own
/// autoscaler reads them: with the same credentials, and one request for whoever asks at about the same time.
///
/// A value carries the label `serving.deepseek.io/cluster` and those that the metric's own selector wants, so that an
/// HPA finds it by either.
struct DefinedMetrics: Sendable {
    enum Answer: Sendable, Equatable {
        /// No cluster of the namespace defines it.
        case unknown
        case values([ExternalMetricValue])
        /// It is defined and cannot be read now, or what was read is no load.
        case unreadable(String)
    }

    /// The clusters of a namespace.
    let clusters: @Sendable (_ namespace: String) -> [DeepSeekCluster]
    let policy: AdministratorPolicy
    let readings: ReadingCollector
    let now: @Sendable () -> Timestamp

    func values(of metric: String, in namespace: String, _ selector: LabelSelector) async -> Answer {
        let definitions = clusters(namespace).compactMap { Definition(metric, of: $0, policy: policy) }
        guard !definitions.isEmpty else { return .unknown }
        var values: [ExternalMetricValue] = []
        for definition in definitions.sorted(by: { $0.cluster < $1.cluster })
        where selector.matches(definition.labels) {
            do throws(MetricSourceError) {
                let result = try await readings.read(definition, namespace: namespace)
                let now = now()
                for sample in result.samples {
                    values.append(try definition.value(of: sample, now: now))
                }
            } catch {
                return .unreadable("metric \(metric) of DeepSeekCluster \(definition.cluster): \(error)")
            }
        }
        return .values(values)
    }

    /// What one cluster says of a metric.
    struct Definition {
        let metric: String
        let cluster: String
        let labels: [String: String]
        let query: PrometheusSpec.Query
        let prometheus: PrometheusSpec
        let timeout: Duration
        let staleness: Duration
        /// How old an answer may be that is shared.
        let maxAge: Duration

        /// Nil where the cluster has no such metric, or is not accepted: what it asks for may be forbidden.
        init?(_ metric: String, of cluster: DeepSeekCluster, policy: AdministratorPolicy) {
            guard !cluster.metadata.isBeingDeleted, let spec = cluster.spec.autoscaling,
                let (prometheus, query) = Self.query(metric, spec), Acceptance(cluster, policy: policy).isAccepted
            else { return nil }
            self.metric = metric
            self.cluster = cluster.metadata.name
            self.query = query
            self.prometheus = prometheus
            let selectors = spec.metrics.compactMap(\.external?.metric).filter { $0.name == metric }.map(\.selector)
            labels = selectors.compactMap { $0?.matchLabels }.reduce([:]) { $0.merging($1) { first, _ in first } }
                .merging([Labels.cluster: cluster.metadata.name]) { $1 }
            timeout = ReadingCollector.timeout(spec)
            staleness = .seconds(spec.resolvedStalenessSeconds)
            maxAge = .seconds(spec.resolvedSyncPeriodSeconds) / 2
        }

        /// The query of the source that `metrics` names for it, else of any that has one.
        private static func query(
            _ metric: String, _ spec: AutoscalingSpec
        ) -> (PrometheusSpec, PrometheusSpec.Query)? {
            let named = spec.metrics.filter { $0.external?.metric.name == metric }.map(spec.source(of:))
            for source in named + [spec.source] + (spec.sources ?? []).map(\.source) {
                guard let prometheus = source?.prometheus,
                    let query = prometheus.queries.first(where: { $0.metric == metric })
                else { continue }
                return (prometheus, query)
            }
            return nil
        }

        func value(of sample: MetricSample, now: Timestamp) throws(MetricSourceError) -> ExternalMetricValue {
            do throws(ExternalMetricValue.Unfit) {
                return try ExternalMetricValue(
                    sample, metric: metric, labels: labels, staleness: staleness, now: now)
            } catch {
                throw .malformed(error.description)
            }
        }
    }
}

extension ReadingCollector {
    fileprivate func read(
        _ definition: DefinedMetrics.Definition, namespace: String
    ) async throws(MetricSourceError) -> MetricResult {
        let source = try await source(
            definition.query, of: definition.prometheus, timeout: definition.timeout, namespace: namespace)
        return try await reader.read(source, maxAge: definition.maxAge)
    }
}
