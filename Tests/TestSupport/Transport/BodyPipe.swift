internal import Base
public import HTTPTransport

/// A streamed body that a test writes by hand.
public final class BodyPipe: Sendable {
    private typealias Chunk = Result<[UInt8]?, TransportError>

    private struct State {
        var chunks: [Chunk] = []
        var reader: CheckedContinuation<Chunk, Never>?
        var isCancelled = false
        var observers: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Lock(State())

    public init() {}

    /// Writes one piece.
    public func send(_ bytes: [UInt8]) { deliver(.success(bytes)) }

    /// Writes one piece of text, such as a line of a watch.
    public func send(_ text: String) { send(Array(text.utf8)) }

    /// Ends the body, as a server does or, with an error, as a broken connection does.
    public func finish(_ error: TransportError? = nil) {
        deliver(error.map { .failure($0) } ?? .success(nil))
    }

    /// Whether the reader has gone.
    public var isCancelled: Bool { state.withLock { $0.isCancelled } }

    /// Returns once the reader has gone.
    public func waitUntilCancelled() async {
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                if !state.isCancelled { state.observers.append(continuation) }
                return state.isCancelled
            }
            if isOver { continuation.resume() }
        }
    }

    /// The reader's end.
    public var body: ResponseBody {
        ResponseBody(
            next: { [self] () async throws(TransportError) -> [UInt8]? in try await next() },
            cancel: { [self] in cancel() })
    }

    private func next() async throws(TransportError) -> [UInt8]? {
        let chunk: Chunk = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready: Chunk? = state.withLock { state in
                    if !state.chunks.isEmpty { return state.chunks.removeFirst() }
                    if state.isCancelled { return .failure(Self.cancelled) }
                    state.reader = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            cancel()
        }
        return try chunk.get()
    }

    private func deliver(_ chunk: Chunk) {
        let reader = state.withLock { state in
            if state.reader == nil { state.chunks.append(chunk) }
            defer { state.reader = nil }
            return state.reader
        }
        reader?.resume(returning: chunk)
    }

    private func cancel() {
        let (reader, observers) = state.withLock { state in
            defer { (state.isCancelled, state.reader, state.observers) = (true, nil, []) }
            return (state.reader, state.observers)
        }
        reader?.resume(returning: .failure(Self.cancelled))
        for observer in observers { observer.resume() }
    }

    private static let cancelled = TransportError(.cancelled, "the request was cancelled")
}
