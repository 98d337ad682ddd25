internal import Base
internal import DeepSeekAPI
internal import HTTPTransport
internal import KubeCore
internal import MetricSources

/// The first requests of a new revision, sent to its pods directly: they load what engines load late, and show whether
/// and how fast it answers before any user asks.
struct WarmUp: Sendable {
    /// What became of the requests.
    struct Result: Sendable, Hashable {
        /// Requests that were answered with a status of 2xx.
        var answered = 0
        /// Of those, the longest time to the last byte.
        var slowest = Duration.zero
        /// Why the first one that failed did; nil when all were answered.
        var failure: String?
    }

    /// Bodies of answers are thrown away; this bounds them.
    private static let maxResponseBytes = 4 << 20
    /// Pods that are asked at a time.
    private static let width = 8

    let transport: any Transport
    /// For one request. The first one may compile kernels.
    let timeout: Duration
    let stopwatch: Stopwatch

    static let standardTimeoutSeconds = 120

    init(
        _ transport: any Transport, timeout: Duration = .seconds(standardTimeoutSeconds),
        clock: any Clock<Duration> = MonotonicClock()
    ) {
        self.transport = transport
        self.timeout = timeout
        stopwatch = Stopwatch(clock)
    }

    /// Sends the requests to every address, one after another to each, several pods at a time. A pod that fails once is
    /// not asked again. Errors: `CancellationError`; a cancelled warm-up has no result.
    func run(_ spec: MigrationSpec.WarmUp, model: String, to pods: [PodAddress]) async throws -> Result {
        let body = Array(spec.resolvedBody(model: model).utf8)
        let results = try await concurrentMap(pods, width: Self.width) { try await warm($0, spec, body) }
        return results.reduce(into: Result()) { total, result in
            total.answered += result.answered
            total.slowest = max(total.slowest, result.slowest)
            total.failure = total.failure ?? result.failure
        }
    }

    private func warm(_ pod: PodAddress, _ spec: MigrationSpec.WarmUp, _ body: [UInt8]) async throws -> Result {
        var result = Result()
        let request = HTTPRequest(
            method: "POST", url: pod.url(spec.resolvedPath), headers: ["Content-Type": "application/json"], body: body,
            timeout: timeout, connectTimeout: min(timeout, .seconds(5)), maxResponseBytes: Self.maxResponseBytes,
            proxy: .none, version: .http1)
        for _ in 0..<spec.resolvedRequests {
            let start = stopwatch.elapsed
            do throws(TransportError) {
                let response = try await transport.send(request)
                guard (200..<300).contains(response.status) else {
                    result.failure = "\(pod.ip) answered with status \(response.status)"
                    return result
                }
            } catch {
                try Task.checkCancellation()
                result.failure = "\(pod.ip) did not answer: \(error)"
                return result
            }
            result.answered += 1
            result.slowest = max(result.slowest, stopwatch.elapsed - start)
        }
        return result
    }
}

extension MigrationSpec.WarmUp {
    /// One token of a completion: what all engines here answer.
    private static let standardBody = #"{"model":"{{model}}","prompt":"hi","max_tokens":1}"#

    var resolvedRequests: Int { requests ?? 3 }
    var resolvedPath: String { path ?? "/v1/completions" }

    /// With the model's name in place of `{{model}}`, escaped as in a JSON string.
    func resolvedBody(model: String) -> String {
        let quoted = JSONValue.string(model).jsonText
        return (body ?? Self.standardBody).replacing("{{model}}", with: quoted.dropFirst().dropLast())
    }
}
