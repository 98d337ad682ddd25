public import Engines
public import HTTPTransport

/// Reads an engine's metrics from its pod, without a metric server in between.
///
/// The pod runs whatever image a user chose: the time and the size of its answer are bounded, and what it says is read
/// strictly. No credentials are sent, no redirect is followed and no proxy is asked, since pod addresses are local.
public struct PodProbe: Sendable {
    private let transport: any Transport
    private let timeout: Duration
    private let limits: ExpositionText.Limits

    /// - Parameter timeout: from connecting to the last byte.
    public init(
        _ transport: any Transport, timeout: Duration = .seconds(2), limits: ExpositionText.Limits = .init()
    ) {
        self.transport = transport
        self.timeout = timeout
        self.limits = limits
    }

    /// What the engine at an address says of its load.
    ///
    /// - Errors: `transport` without an answer, `refused` for a status other than 200, `malformed` for a text that is
    ///   none, `cancelled`.
    public func read(
        _ metrics: EngineMetrics, address: PodAddress
    ) async throws(MetricSourceError) -> EngineReading {
        let request = HTTPRequest(
            url: address.url(metrics.path), headers: ["Accept": "text/plain;version=0.0.4"], timeout: timeout,
            connectTimeout: timeout, maxResponseBytes: limits.bytes, proxy: .none, version: .http1)
        let response: HTTPResponse
        do {
            response = try await transport.send(request)
        } catch {
            if error.kind == .cancelled { throw .cancelled }
            throw .transport(error)
        }
        guard response.status == 200 else {
            throw .refused(status: response.status, message: "the engine answers \(metrics.path) so")
        }
        do {
            return try metrics.read(response.body, limits: limits)
        } catch {
            throw .malformed(MetricSourceError.cut("\(metrics.path) is no Prometheus text: \(error)"))
        }
    }
}

/// The address of a pod and the port of its engine.
public struct PodAddress: Sendable, Hashable {
    /// IPv4 or IPv6, as in `status.podIP`.
    public var ip: String
    public var port: Int

    public init(ip: String, port: Int) {
        self.ip = ip
        self.port = port
    }

    /// - Parameter path: begins with a slash.
    public func url(_ path: String) -> String { "http://\(ip.contains(":") ? "[\(ip)]" : ip):\(port)\(path)" }
}
