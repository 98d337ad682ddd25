/// The body of a watch: chunks of whole lines, for one consumer.
///
/// Nothing is buffered here: `next` asks the producer, so that a slow consumer holds back nobody but itself. The
/// producer hears of the consumer's end by `next` running in a cancelled task or by the stream being released.
public struct ByteStream: AsyncSequence, Sendable {
    private let produce: @Sendable () async -> [UInt8]?

    /// A stream that ends when `produce` returns nil. A wrapper, for instance one that injects faults, calls
    /// `next()` of the stream it wraps.
    public init(_ produce: @escaping @Sendable () async -> [UInt8]?) { self.produce = produce }

    /// The next chunk; nil at the end or when the task is cancelled.
    public func next() async -> [UInt8]? { await produce() }

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let stream: ByteStream

        public mutating func next() async -> [UInt8]? { await stream.next() }
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(Never) -> [UInt8]? {
            await stream.next()
        }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(stream: self) }
}
