public import HTTPTransport

/// One PromQL instant query: `POST /api/v1/query`.
///
/// A vector gives one sample a series; a scalar gives one; a range such as `metric[2m]` gives the last sample of each
/// series. Mind the timestamps: of a range they are the samples' own, of a vector or scalar Prometheus answers with the
/// time of asking, so that a metric which stopped being scraped looks fresh for its five minutes of look-back.
public struct PrometheusSource: MetricSource {
    public let endpoint: PrometheusEndpoint
    public let query: String
    private let transport: any Transport

    public init(_ endpoint: PrometheusEndpoint, query: String, transport: any Transport) {
        self.endpoint = endpoint
        self.query = query
        self.transport = transport
    }

    public var identity: MetricIdentity { MetricIdentity(place: .prometheus(endpoint), query: query) }

    public func read() async throws(MetricSourceError) -> MetricResult {
        let request = try request()
        let response: HTTPResponse
        do {
            response = try await transport.send(request)
        } catch {
            if error.kind == .cancelled { throw .cancelled }
            throw .transport(error)
        }
        return try PrometheusResponse(response.redacting(endpoint.secrets)).result()
    }

    private func request() throws(MetricSourceError) -> HTTPRequest {
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
