/// Writes a streamed body. One task at a time may write.
public struct ResponseBodyWriter: Sendable {
    let exchange: Exchange

    /// Hands bytes to the connection. Suspends while the client is slower than the handler (see
    /// `Configuration.streamBufferBytes`). An empty array does nothing.
    ///
    /// - Throws: `ServerError.connectionClosed` once the client is gone, `CancellationError` once the task is
    ///   cancelled. Either way let the error leave the handler: the body cannot be completed.
    public func write(_ bytes: [UInt8]) async throws { try await exchange.write(bytes) }
}
