internal import Base

/// Collects one whole response for one waiting task.
final class UnaryExchange: TransferDelegate {
    private struct State {
        var head: ResponseHeadParser.Head?
        var body: [UInt8] = []
    }

    private let state = Lock(State())
    private let maxBytes: Int
    private let continuation: CheckedContinuation<Result<HTTPResponse, TransportError>, Never>

    init(maxBytes: Int, continuation: CheckedContinuation<Result<HTTPResponse, TransportError>, Never>) {
        self.maxBytes = maxBytes
        self.continuation = continuation
    }

    func received(_ head: ResponseHeadParser.Head) {
        state.withLock { $0.head = head }
    }

    func received(_ bytes: UnsafeRawBufferPointer) -> TransferVerdict {
        state.withLock { state in
            guard bytes.count <= maxBytes - state.body.count else {
                return .refused(TransportError(.tooLarge, "the response is longer than \(maxBytes) bytes"))
            }
            state.body.append(contentsOf: bytes)
            return .accepted
        }
    }

    func finished(_ error: TransportError?) {
        continuation.resume(returning: result(error))
    }

    private func result(_ error: TransportError?) -> Result<HTTPResponse, TransportError> {
        if let error { return .failure(error) }
        return state.withLock { state in
            guard let head = state.head else {
                return .failure(TransportError(.protocolViolation, "the response has no headers"))
            }
            return .success(HTTPResponse(status: head.status, headers: head.headers, body: state.body))
        }
    }
}
