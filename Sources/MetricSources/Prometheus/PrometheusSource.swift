public import HTTPTransport
internal import KubeCore

/// One PromQL instant query: `POST /api/v1/query`.
///
/// A vector gives one sample a series; a scalar gives one; a range such as `metric[2m]` gives the last sample of each
/// series. Mind the timestamps: of a range they are the samples' own, of a vector or scalar Prometheus answers with the
/// time of asking, so that a metric which stopped being scraped looks fresh for its five minutes of look-back. A second
/// query can give the time instead: `timestamp(metric)`, or whatever else says in seconds since 1970 how old the data is.
public struct PrometheusSource: MetricSource {
    public let endpoint: PrometheusEndpoint
    public let query: String
    /// Its result is the time of all samples, in seconds since 1970; the oldest counts. nil: as the server answers.
    public let timestampQuery: String?
    private let transport: any Transport

    public init(
        _ endpoint: PrometheusEndpoint, query: String, timestampQuery: String? = nil, transport: any Transport
    ) {
        self.endpoint = endpoint
        self.query = query
        self.timestampQuery = timestampQuery
        self.transport = transport
    }

    public var identity: MetricIdentity {
        let question = timestampQuery.map { "\(query)\n\($0)" } ?? query
        return MetricIdentity(place: .prometheus(endpoint), query: question)
    }

    public func read() async throws(MetricSourceError) -> MetricResult {
        guard let timestampQuery else { return try await ask(query) }
        // A child task cannot throw a typed error.
        async let times = MetricOutcome.catching { () throws(MetricSourceError) in try await ask(timestampQuery) }
        let result = try await ask(query)
        guard !result.isEmpty else { return result }
        return try Self.dated(result, try await times.get())
    }

    /// A result with the time of all its samples.
    static func dated(_ result: MetricResult, _ times: MetricResult) throws(MetricSourceError) -> MetricResult {
        guard !result.isEmpty else { return result }
        let time = try oldest(times)
        var result = result
        for index in result.samples.indices { result.samples[index].timestamp = time }
        return result
    }

    private static func oldest(_ times: MetricResult) throws(MetricSourceError) -> Timestamp {
        guard !times.isEmpty else {
            throw .malformed("timestampQuery has no result, so that the samples' age is unknown")
        }
        var oldest = Int64.max
        for sample in times.samples {
            guard case .success(let milliseconds) = sample.value, milliseconds >= 0 else {
                throw .malformed("timestampQuery's result is no time in seconds since 1970")
            }
            oldest = min(oldest, milliseconds)
        }
        let (nanoseconds, overflow) = oldest.multipliedReportingOverflow(by: 1_000_000)
        guard !overflow else { throw .malformed("timestampQuery's result is out of range: it must be in seconds") }
        return Timestamp(nanoseconds: nanoseconds)
    }

    private func ask(_ query: String) async throws(MetricSourceError) -> MetricResult {
        try await send(query).result()
    }

    func send(_ query: String) async throws(MetricSourceError) -> PrometheusResponse {
        let request = try request(query)
        let response: HTTPResponse
        do {
            response = try await transport.send(request)
        } catch {
            if error.kind == .cancelled { throw .cancelled }
            throw .transport(error)
        }
        return PrometheusResponse(response.redacting(endpoint.secrets))
    }

    private func request(_ query: String) throws(MetricSourceError) -> HTTPRequest {
        var headers: HTTPHeaders = [
            "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded",
        ]
        headers["Authorization"] = try endpoint.authorizationHeader()
        let milliseconds = max(1, Int64(endpoint.timeout / .milliseconds(1)))
        let body = "query=\(Self.formEncoded(query))&timeout=\(milliseconds)ms"
        return HTTPRequest(
            method: "POST", url: try endpoint.queryURL(), headers: headers, body: Array(body.utf8),
            timeout: endpoint.timeout, connectTimeout: endpoint.timeout, maxResponseBytes: endpoint.maxResponseBytes,
            tls: endpoint.tls)
    }

    /// application/x-www-form-urlencoded, every byte that is not plainly harmless escaped.
    static func formEncoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F:
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }
}
