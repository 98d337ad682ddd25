// KubeClient: typed requests to a Kubernetes API server, over any Transport.
//
//   KubeClient       sends requests with credentials and retries; everything below goes through it
//   Api/             Api<Object>: get, list, create, replace, patch, delete, subresources and watch of one kind
//   Requests/        KubeRequest and the options of each verb, as query parameters and bodies
//   Watch/           WatchEvent and WatchStream
//   Retry/           RetryPolicy: which failures are worth a second try, and when
//   Errors/          KubeError
//   Discovery/       what a server serves
//   Configuration/   ClientConfiguration: from a pod's service account, or from kubeconfig files
//   Credentials/     CredentialSource: fixed, read from a file that rotates, or printed by a plugin

public import Base
public import HTTPTransport
internal import KubeCore

/// A connection to one API server.
///
/// ## Guarantees
/// - A response outside 2xx throws ``KubeError/api(_:)`` with the server's Status.
/// - 429 and 5xx are repeated as ``RetryPolicy`` says, and a 401 once when there are newer credentials. Nothing else
///   is repeated, and no failure of the transport.
/// - Credentials are in no error and no description.
public final class KubeClient: Sendable {
    public let configuration: ClientConfiguration
    private let transport: any Transport
    private let retryPolicy: RetryPolicy
    private let clock: any Clock<Duration>
    private let observer: (@Sendable (RequestRecord) -> Void)?

    /// - Parameters:
    ///   - clock: waits between tries and measures them.
    ///   - observer: hears of every try, for metrics. Must not block.
    public init(
        configuration: ClientConfiguration, transport: any Transport, retryPolicy: RetryPolicy = RetryPolicy(),
        clock: any Clock<Duration> = MonotonicClock(), observer: (@Sendable (RequestRecord) -> Void)? = nil
    ) {
        self.configuration = configuration
        self.transport = transport
        self.retryPolicy = retryPolicy
        self.clock = clock
        self.observer = observer
    }

    /// Sends a request and returns its successful (2xx) response.
    public func send(_ request: KubeRequest) async throws(KubeError) -> HTTPResponse {
        try await perform(request) { [transport] http async throws(TransportError) -> Answer<HTTPResponse> in
            let response = try await transport.send(http)
            return Self.isSuccess(response.status) ? .success(response, status: response.status) : .failure(response)
        }
    }

    /// Sends a request and returns its successful (2xx) response while the body still arrives.
    public func stream(_ request: KubeRequest) async throws(KubeError) -> StreamedResponse {
        try await perform(request) { [transport] http async throws(TransportError) -> Answer<StreamedResponse> in
            let response = try await transport.stream(http)
            if Self.isSuccess(response.status) { return .success(response, status: response.status) }
            let body = try await response.body.collect(maxBytes: Self.maxErrorBytes)
            return .failure(HTTPResponse(status: response.status, headers: response.headers, body: body))
        }
    }

    private static let maxErrorBytes = 1 << 20

    private enum Answer<Success: Sendable>: Sendable {
        case success(Success, status: Int)
        case failure(HTTPResponse)

        var status: Int {
            switch self {
            case .success(_, let status): status
            case .failure(let response): response.status
            }
        }
    }

    private static func isSuccess(_ status: Int) -> Bool { (200..<300).contains(status) }

    private func perform<Success: Sendable>(
        _ request: KubeRequest,
        _ exchange: @Sendable (HTTPRequest) async throws(TransportError) -> Answer<Success>
    ) async throws(KubeError) -> Success {
        var retries = 0
        var hasRefreshed = false
        while true {
            let credentials = try await configuration.credentials.credentials()
            let http = request.http(configuration: configuration, credentials: credentials)
            let response: HTTPResponse
            switch try await observed(http, attempt: retries, exchange) {
            case .success(let success, _): return success
            case .failure(let failure): response = failure.redacting(credentials.texts)
            }
            if response.status == 401, !hasRefreshed {
                hasRefreshed = true
                if try await configuration.credentials.refresh(rejected: credentials) { continue }
            }
            let status = Status(response: response)
            guard let delay = retryPolicy.delay(after: response, status: status, to: request, retries: retries) else {
                throw .api(status)
            }
            retries += 1
            try await sleep(delay)
        }
    }

    private func observed<Success: Sendable>(
        _ request: HTTPRequest, attempt: Int,
        _ exchange: @Sendable (HTTPRequest) async throws(TransportError) -> Answer<Success>
    ) async throws(KubeError) -> Answer<Success> {
        let stopwatch = RequestStopwatch(clock)
        do throws(TransportError) {
            let answer = try await exchange(request)
            observer?(RequestRecord(request, .status(answer.status), stopwatch.elapsed(), attempt: attempt))
            return answer
        } catch {
            observer?(RequestRecord(request, .failure(error.kind), stopwatch.elapsed(), attempt: attempt))
            throw .transport(TransportError(error.kind, "\(request.description): \(error.message)"))
        }
    }

    private func sleep(_ duration: Duration) async throws(KubeError) {
        do {
            try await clock.sleep(for: duration)
        } catch {
            throw .transport(TransportError(.cancelled, "cancelled while waiting to try again"))
        }
    }
}
