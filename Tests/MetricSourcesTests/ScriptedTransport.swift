import Base
import HTTPTransport

/// Answers requests from a closure, and keeps them.
final class ScriptedTransport: Transport {
    private let received = Lock<[HTTPRequest]>([])
    private let answer: @Sendable (HTTPRequest) async throws(TransportError) -> HTTPResponse

    init(_ answer: @escaping @Sendable (HTTPRequest) async throws(TransportError) -> HTTPResponse) {
        self.answer = answer
    }

    convenience init(status: Int = 200, _ body: String) {
        self.init { _ in HTTPResponse(status: status, body: Array(body.utf8)) }
    }

    var requests: [HTTPRequest] { received.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        received.withLock { $0.append(request) }
        return try await answer(request)
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> StreamedResponse {
        throw TransportError(.other, "nothing streams here")
    }
}
