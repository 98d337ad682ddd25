/// The pieces of a streamed body, for one reader.
///
/// ## Guarantees
/// - Bounded: whoever fills it stops receiving while nobody reads.
/// - Closed on the server when its reader is cancelled, when ``cancel()`` is called, and when the last reference goes.
public final class ResponseBody: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = TransportError

    private let nextChunk: @Sendable () async throws(TransportError) -> [UInt8]?
    private let close: @Sendable () -> Void

    /// - Parameters:
    ///   - next: waits for a piece; `nil` at the end. Never called twice at once.
    ///   - cancel: ends the exchange and makes a waiting `next` return. Called at least once, from any thread, perhaps
    ///     after the end.
    public init(
        next: @escaping @Sendable () async throws(TransportError) -> [UInt8]?,
        cancel: @escaping @Sendable () -> Void
    ) {
        nextChunk = next
        close = cancel
    }

    deinit { close() }

    /// Ends the exchange; a waiting reader gets ``TransportError/Kind/cancelled``.
    public func cancel() { close() }

    public func makeAsyncIterator() -> Iterator { Iterator(body: self) }

    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let body: ResponseBody

        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(TransportError) -> [UInt8]? {
            try await body.nextChunk()
        }
    }
}

extension ResponseBody {
    /// Reads the whole body, for responses that turn out not to be streams, such as errors.
    ///
    /// - Throws: ``TransportError/Kind/tooLarge`` when it is longer than `maxBytes`.
    public func collect(maxBytes: Int) async throws(TransportError) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunks = makeAsyncIterator()
        while let chunk = try await chunks.next() {
            guard bytes.count + chunk.count <= maxBytes else {
                cancel()
                throw TransportError(.tooLarge, "the body is longer than \(maxBytes) bytes")
            }
            bytes += chunk
        }
        return bytes
    }
}
