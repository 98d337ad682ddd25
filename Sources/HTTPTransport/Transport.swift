/// Sends HTTP requests. The only door to the network for everything above it.
///
/// ## Guarantees
/// - A response of any status is a response, not an error: only what prevents a response throws.
/// - Redirects are never followed and requests are never repeated by an implementation's own decision, except that a
///   request on a kept-alive connection which turns out to be closed may be sent once more on a new one.
/// - Cancelling the calling task ends the exchange with ``TransportError/Kind/cancelled`` and closes it on the server.
public protocol Transport: Sendable {
    /// Sends a request and returns the whole response.
    ///
    /// - Throws: ``TransportError/Kind/timeout`` when it took longer than ``HTTPRequest/timeout``,
    ///   ``TransportError/Kind/tooLarge`` when the body exceeds ``HTTPRequest/maxResponseBytes``.
    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse

    /// Sends a request and returns as soon as the response's headers are there; its body follows.
    ///
    /// - Throws: ``TransportError/Kind/timeout`` when the headers took longer than ``HTTPRequest/timeout``. The body
    ///   throws ``TransportError/Kind/idleTimeout`` after ``HTTPRequest/idleTimeout`` without a byte.
    func stream(_ request: HTTPRequest) async throws(TransportError) -> StreamedResponse
}
