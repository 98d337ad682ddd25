/// The ``Transport`` over libcurl.
///
/// Unary requests and streams run in a loop of their own each: unary requests share at most 8 connections a host,
/// streams are not limited, so that any number of HTTP/1.1 watches leaves room for a GET.
///
/// ## Caveats
/// - A request sent on a kept-alive connection that the server has just closed is sent once more by libcurl. A server
///   that closes after acting and before answering sees it twice.
public final class CurlTransport: Transport {
    private let unary: CurlLoop
    private let streams: CurlLoop

    /// Starts two threads, which run until ``shutDown()`` or until the last reference goes.
    public init() {
        unary = CurlLoop(maxConnectionsPerHost: 8)
        streams = CurlLoop(maxConnectionsPerHost: 0)
    }

    deinit { shutDown() }

    /// Ends every exchange with ``TransportError/Kind/shutDown`` and waits for the threads, which takes milliseconds.
    public func shutDown() {
        unary.shutDown()
        streams.shutDown()
    }

    public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        let loop = unary
        let id = loop.makeID()
        let result: Result<HTTPResponse, TransportError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let exchange = UnaryExchange(maxBytes: request.maxResponseBytes, continuation: continuation)
                loop.start(CurlTransfer(id: id, request: request, purpose: .unary, delegate: exchange))
                // The handler below may have run before there was anything to cancel.
                if Task.isCancelled { loop.cancel(id) }
            }
        } onCancel: {
            loop.cancel(id)
        }
        return try result.get()
    }

    public func stream(_ request: HTTPRequest) async throws(TransportError) -> StreamedResponse {
        let exchange = StreamExchange(loop: streams)
        let head = try await exchange.open(request)
        let body = ResponseBody(
            next: { () async throws(TransportError) in try await exchange.next() },
            cancel: { exchange.cancel() })
        return StreamedResponse(status: head.status, headers: head.headers, body: body)
    }
}
