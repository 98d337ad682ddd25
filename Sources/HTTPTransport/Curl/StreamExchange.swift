internal import Base

/// Hands a response's head and then the pieces of its body to one waiting task, through a bounded buffer.
final class StreamExchange: TransferDelegate {
    typealias Head = Result<ResponseHeadParser.Head, TransportError>
    typealias Chunk = Result<[UInt8]?, TransportError>

    private struct State {
        var opener: CheckedContinuation<Head, Never>?
        var reader: CheckedContinuation<Chunk, Never>?
        var buffer: [UInt8] = []
        var isPaused = false
        var end: Chunk?
    }

    /// How much may wait unread, beyond which the connection is paused.
    static let bufferLimit = 256 << 10

    private let state = Lock(State())
    private let loop: CurlLoop
    private let id: UInt64

    init(loop: CurlLoop) {
        self.loop = loop
        id = loop.makeID()
    }

    /// Sends the request and waits for the response's headers. Called once.
    func open(_ request: HTTPRequest) async throws(TransportError) -> ResponseHeadParser.Head {
        let head: Head = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.opener = continuation }
                loop.start(CurlTransfer(id: id, request: request, purpose: .stream, delegate: self))
                // The handler below may have run before there was anything to cancel.
                if Task.isCancelled { cancel() }
            }
        } onCancel: {
            cancel()
        }
        return try head.get()
    }

    /// Ends the exchange, at any time and from any thread.
    func cancel() { loop.cancel(id) }

    func received(_ head: ResponseHeadParser.Head) {
        takeOpener()?.resume(returning: .success(head))
    }

    func received(_ bytes: UnsafeRawBufferPointer) -> TransferVerdict {
        let (reader, verdict) = state.withLock { state -> (CheckedContinuation<Chunk, Never>?, TransferVerdict) in
            if let reader = state.reader {
                state.reader = nil
                return (reader, .accepted)
            }
            guard state.buffer.isEmpty || state.buffer.count + bytes.count <= Self.bufferLimit else {
                state.isPaused = true
                return (nil, .pause)
            }
            state.buffer.append(contentsOf: bytes)
            return (nil, .accepted)
        }
        reader?.resume(returning: .success([UInt8](bytes)))
        return verdict
    }

    func finished(_ error: TransportError?) {
        let end: Chunk = error.map { .failure($0) } ?? .success(nil)
        let reader = state.withLock { state in
            state.end = end
            // Who gave up does not want the rest.
            if error?.kind == .cancelled { state.buffer = [] }
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: end)
        let missing = TransportError(.protocolViolation, "the response has no headers")
        takeOpener()?.resume(returning: .failure(error ?? missing))
    }

    /// Waits for bytes and returns all that are there; `nil` at the end of the body.
    func next() async throws(TransportError) -> [UInt8]? {
        let chunk: Chunk = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (ready, mustResume) = take(orWait: continuation)
                if mustResume { loop.resume(id) }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            cancel()
        }
        return try chunk.get()
    }

    private func take(orWait continuation: CheckedContinuation<Chunk, Never>) -> (Chunk?, mustResume: Bool) {
        state.withLock { state in
            let mustResume = state.isPaused
            state.isPaused = false
            if !state.buffer.isEmpty {
                defer { state.buffer = [] }
                return (.success(state.buffer), mustResume)
            }
            if let end = state.end { return (end, false) }
            precondition(state.reader == nil, "a response's body has one reader")
            state.reader = continuation
            return (nil, mustResume)
        }
    }

    private func takeOpener() -> CheckedContinuation<Head, Never>? {
        state.withLock { state in
            defer { state.opener = nil }
            return state.opener
        }
    }
}
