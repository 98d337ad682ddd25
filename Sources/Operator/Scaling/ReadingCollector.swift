internal import Autoscaling
internal import DeepSeekAPI
internal import HTTPTransport
internal import KubeClient
internal import KubeCore
internal import MetricSources

/// Reads all metrics of a spec, side by side.
struct ReadingCollector: Sendable {
    let client: KubeClient
    let transport: any Transport
    let reader: MetricReader
    let credentials: MetricCredentials

    /// One reading for each metric, in their order. A metric that cannot be read says why.
    func read(_ spec: AutoscalingSpec, namespace: String) async -> [MetricReading] {
        await withTaskGroup(of: (Int, MetricReading).self) { group in
            for (index, metric) in spec.metrics.enumerated() {
                group.addTask { (index, await read(metric, spec, namespace)) }
            }
            var readings = [MetricReading](repeating: .failed("not read"), count: spec.metrics.count)
            for await (index, reading) in group { readings[index] = reading }
            return readings
        }
    }

    private func read(_ metric: MetricSpec, _ spec: AutoscalingSpec, _ namespace: String) async -> MetricReading {
        // Half a period: an answer is shared among resources and never carried over to the next tick.
        let maxAge = Duration.seconds(spec.resolvedSyncPeriodSeconds) / 2
        do throws(MetricSourceError) {
            let source = try await source(metric, spec, namespace)
            let result = try await reader.read(source, maxAge: maxAge)
            return .samples(result.samples.map(Autoscaling.MetricSample.init))
        } catch {
            return .failed(error.description)
        }
    }

    private func source(
        _ metric: MetricSpec, _ spec: AutoscalingSpec, _ namespace: String
    ) async throws(MetricSourceError) -> any MetricSource {
        guard let identifier = metric.external?.metric else {
            throw .invalidConfiguration("metrics[].external is missing")
        }
        let place = metric.sourceRef.map { "sources[\($0.name)]" } ?? "source"
        let spec = (source: spec.source(of: metric), timeout: Self.timeout(spec))
        if let prometheus = spec.source?.prometheus {
            guard let query = prometheus.queries.first(where: { $0.metric == identifier.name }) else {
                throw .invalidConfiguration("\(place).prometheus.queries has no query for metric \(identifier.name)")
            }
            return try await source(query, of: prometheus, timeout: spec.timeout, namespace: namespace)
        }
        guard spec.source?.externalMetrics != nil else {
            throw .invalidConfiguration("autoscaling.\(place) names no source that can be read")
        }
        return ExternalMetricsSource(
            client: client, namespace: namespace, metric: identifier.name, selector: identifier.selector,
            timeout: spec.timeout)
    }

    func source(
        _ query: PrometheusSpec.Query, of prometheus: PrometheusSpec, timeout: Duration, namespace: String
    ) async throws(MetricSourceError) -> PrometheusSource {
        var endpoint = try await credentials.endpoint(prometheus, namespace: namespace)
        endpoint.timeout = timeout
        return PrometheusSource(
            endpoint, query: query.query,
            timestampQuery: query.timestampQuery ?? PromQLSelector(query.query)?.timestampQuery, transport: transport)
    }

    /// Less than a period, so that an answer that does not come delays no decision but its own.
    static func timeout(_ spec: AutoscalingSpec) -> Duration {
        min(.seconds(5), .milliseconds(spec.resolvedSyncPeriodSeconds &* 800))
    }
}

extension Autoscaling.MetricSample {
    init(_ sample: MetricSources.MetricSample) {
        let value: Value =
            switch sample.value {
            case .success(let milli): .milli(milli)
            case .failure(.notANumber): .notANumber
            case .failure(let invalid): .unusable(invalid.description)
            }
        self.init(value: value, timestamp: sample.timestamp)
    }
}
