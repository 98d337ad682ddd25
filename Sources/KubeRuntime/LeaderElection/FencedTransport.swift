public import HTTPTransport

/// A transport that lets nothing but reads through while this process does not lead.
///
/// Give it to the client that reconcilers write with. The elector's own client goes past it: it must be able to
/// acquire. See `LeadershipFence` for what is guaranteed and what is not.
public struct FencedTransport: Transport {
    private let base: any Transport
    private let fence: LeadershipFence

    public init(_ base: any Transport, fence: LeadershipFence) {
        self.base = base
        self.fence = fence
    }

    /// - Throws: `TransportError` of kind `other` for a write without leadership; nothing was sent then, or the write
    ///   was cut off and its outcome is unknown.
    public func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        if isRead(request) { return try await base.send(request) }
        do {
            return try await fence.run { [base] in try await base.send(request) }
        } catch let error as TransportError {
            throw error
        } catch {
            throw refusal(error)
        }
    }

    /// Streams are reads; one of another method is refused without leadership when it begins.
    public func stream(_ request: HTTPRequest) async throws(TransportError) -> StreamedResponse {
        if !isRead(request), !fence.isOpen { throw refusal(LeaderElectionError.notLeader) }
        return try await base.stream(request)
    }

    private func isRead(_ request: HTTPRequest) -> Bool { request.method == "GET" || request.method == "HEAD" }

    private func refusal(_ error: any Error) -> TransportError {
        if error is CancellationError { return TransportError(.cancelled, "the task was cancelled") }
        return TransportError(.other, "write refused: \(error)")
    }
}
