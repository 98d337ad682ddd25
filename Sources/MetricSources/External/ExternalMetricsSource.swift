internal import FoundationEssentials
internal import HTTPTransport
public import KubeClient
public import KubeCore

/// One metric of external.metrics.k8s.io: what an HPA reads for an External metric.
///
/// The API is served by an adapter that the cluster's administrator installs; only one can be. Give it a client that
/// does not retry (`RetryPolicy.none`): the next tick asks again anyway.
public struct ExternalMetricsSource: MetricSource {
    public let namespace: String
    public let metric: String
    public let selector: LabelSelector?
    private let client: KubeClient
    private let timeout: Duration

    public init(
        client: KubeClient, namespace: String, metric: String, selector: LabelSelector? = nil,
        timeout: Duration = .seconds(5)
    ) {
        self.client = client
        self.namespace = namespace
        self.metric = metric
        self.selector = selector
        self.timeout = timeout
    }

    public var identity: MetricIdentity { MetricIdentity(place: .externalMetrics, query: request.target) }

    public func read() async throws(MetricSourceError) -> MetricResult {
        let response: HTTPResponse
        do {
            response = try await client.send(request)
        } catch {
            throw error.isNotFound ? await explainNotFound(error) : explain(error)
        }
        return try Self.result(response.body)
    }

    // MARK: - Requests

    private static let api = ["apis", "external.metrics.k8s.io", "v1beta1"]

    private var request: KubeRequest {
        let query = selector.map { [KubeRequest.QueryItem(name: "labelSelector", value: $0.queryText)] } ?? []
        return KubeRequest(path: Self.api + ["namespaces", namespace, metric], query: query, timeout: timeout)
    }

    /// 404 says that the metric is missing, or the whole API. The API itself knows which.
    private func explainNotFound(_ error: KubeError) async -> MetricSourceError {
        do {
            _ = try await client.send(KubeRequest(path: Self.api, timeout: timeout))
            return .refused(
                status: 404,
                message: MetricSourceError.cut(
                    "the adapter behind external.metrics.k8s.io knows no metric \(metric) in namespace \(namespace): "
                        + (error.status?.message ?? "no message")))
        } catch let second where second.isNotFound {
            return .missingAPI(
                "the API server does not serve external.metrics.k8s.io/v1beta1: the APIService "
                    + "v1beta1.external.metrics.k8s.io is missing; install a metrics adapter, or use source.prometheus")
        } catch {
            return explain(error)
        }
    }

    private func explain(_ error: KubeError) -> MetricSourceError {
        if error.isCancelled { return .cancelled }
        switch error {
        case .transport(let cause): return .transport(cause)
        case .api(let status) where status.code == 503:
            return .refused(
                status: 503,
                message: MetricSourceError.cut(
                    "the server behind the APIService v1beta1.external.metrics.k8s.io does not answer: "
                        + (status.message ?? "no message")))
        case .api(let status):
            return .refused(status: status.code ?? 0, message: MetricSourceError.cut(status.message ?? "no message"))
        case .configuration, .decoding, .invalidRequest:
            return .invalidConfiguration(MetricSourceError.cut("\(error)"))
        }
    }

    // MARK: - Answers

    /// external.metrics.k8s.io/v1beta1 ExternalMetricValue.
    private struct Value: Decodable {
        var timestamp: Timestamp?
        var value: Quantity
    }

    private static func result(_ body: [UInt8]) throws(MetricSourceError) -> MetricResult {
        let list: ObjectList<Value>
        do {
            list = try JSONDecoder().decode(ObjectList<Value>.self, from: Data(body))
        } catch {
            throw .malformed(
                MetricSourceError.cut("the adapter's answer is no ExternalMetricValueList: \(Self.text(error))"))
        }
        return MetricResult(
            samples: list.items.map { item in
                let milli = item.value.milliValue.map(Result<Int64, InvalidSample>.success)
                let text = MetricSourceError.cut(item.value.description, to: 40)
                return MetricSample(value: milli ?? .failure(.outOfRange(text)), timestamp: item.timestamp)
            })
    }

    /// What a decoder did not like, without the value.
    private static func text(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(error)" }
        switch error {
        case .keyNotFound(let key, _): return "\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            let path = context.codingPath.map(\.stringValue).joined(separator: ".")
            return path.isEmpty ? context.debugDescription : "\(path): \(context.debugDescription)"
        @unknown default: return "\(error)"
        }
    }
}
