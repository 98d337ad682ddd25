internal import Base

/// One request and its answer, seen from the handler's task: it encodes the answer and waits for the client to take
/// it. The event loop's thread reports back what was written and when the client is gone.
final class Exchange: Sendable {
    private struct State {
        /// Bytes handed to the loop and not written to the socket yet.
        var unwritten = 0
        var waiter: CheckedContinuation<Void, any Error>?
        /// Why nothing more can be written.
        var end: (any Error)?
    }

    private let connection: UInt64
    private let mailbox: Mailbox
    private let bufferLimit: Int
    private let isHead: Bool
    private let isHTTP10: Bool
    private let keepsAlive: Bool
    private let state = Lock(State())

    init(connection: UInt64, mailbox: Mailbox, parsed: ParsedRequest, keepsAlive: Bool, bufferLimit: Int) {
        self.connection = connection
        self.mailbox = mailbox
        self.bufferLimit = bufferLimit
        isHead = parsed.request.method == "HEAD"
        isHTTP10 = parsed.isHTTP10
        self.keepsAlive = keepsAlive
    }

    /// Sends the answer, to its end.
    func respond(_ response: HTTPServer.Response) async {
        guard (200...599).contains(response.status) else {
            return await respond(.text("the handler answered with an impossible status", status: 500))
        }
        switch response.body {
        case .bytes(let body): finish(response, body)
        case .stream(let produce):
            if isHead || !StatusCode.allowsBody(response.status) {
                let framing =
                    StatusCode.allowsBody(response.status) && !isHTTP10 ? ResponseEncoder.Framing.chunked : .none
                mailbox.post(.finish(connection, head(response, framing), keepsAlive: keepsAlive))
            } else {
                await stream(response, produce)
            }
        }
    }

    private func finish(_ response: HTTPServer.Response, _ body: [UInt8]) {
        let allowsBody = StatusCode.allowsBody(response.status)
        let sent = isHead || !allowsBody ? [] : body
        var bytes = head(
            response, allowsBody ? .length(body.count) : .none, bodyBytes: sent.count <= 16 << 10 ? sent.count : 0)
        guard sent.count > 16 << 10 else {
            bytes.append(contentsOf: sent)
            return mailbox.post(.finish(connection, bytes, keepsAlive: keepsAlive))
        }
        // A large body is not copied.
        mailbox.post(.write(connection, bytes), .finish(connection, sent, keepsAlive: keepsAlive))
    }

    private func stream(
        _ response: HTTPServer.Response, _ produce: @Sendable (ResponseBodyWriter) async throws -> Void
    ) async {
        mailbox.post(.write(connection, head(response, isHTTP10 ? .untilClose : .chunked)))
        do {
            try await produce(ResponseBodyWriter(exchange: self))
            let end = isHTTP10 ? [] : ResponseEncoder.lastChunk
            mailbox.post(.finish(connection, end, keepsAlive: keepsAlive && !isHTTP10))
        } catch {
            // The status is out; only a cut tells the client that the body is not complete.
            mailbox.post(.abort(connection))
        }
    }

    private func head(
        _ response: HTTPServer.Response, _ framing: ResponseEncoder.Framing, bodyBytes: Int = 0
    ) -> [UInt8] {
        ResponseEncoder.head(
            status: response.status, headers: response.headers, framing: framing,
            closes: !keepsAlive || framing == .untilClose, date: HTTPDate.now(), bodyBytes: bodyBytes)
    }

    /// Hands a part of the body to the loop, and waits while more than the limit is unwritten.
    func write(_ bytes: [UInt8]) async throws {
        guard !bytes.isEmpty else { return }
        try Task.checkCancellation()
        let encoded = isHTTP10 ? bytes : ResponseEncoder.chunk(bytes)
        let mustWait = try state.withLock { state in
            if let end = state.end { throw end }
            state.unwritten += encoded.count
            return state.unwritten > bufferLimit
        }
        mailbox.post(.write(connection, encoded))
        if mustWait { try await waitUntilDrained() }
    }

    private func waitUntilDrained() async throws {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let outcome = state.withLock { state -> Result<Void, any Error>? in
                    if let end = state.end { return .failure(end) }
                    if state.unwritten <= bufferLimit / 2 { return .success(()) }
                    if state.waiter != nil { return .failure(ServerError.concurrentWrites) }
                    state.waiter = continuation
                    return nil
                }
                if let outcome { continuation.resume(with: outcome) }
            }
        } onCancel: {
            end(CancellationError())
        }
    }

    /// The loop wrote that many bytes of this exchange to the socket.
    func wrote(_ count: Int) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            // The head was not counted in.
            state.unwritten = max(0, state.unwritten - count)
            guard state.unwritten <= bufferLimit / 2 else { return nil }
            return state.waiter.take()
        }
        waiter?.resume()
    }

    /// From now on every write throws; the first reason stays.
    func end(_ reason: any Error) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            if state.end == nil { state.end = reason }
            return state.waiter.take()
        }
        waiter?.resume(throwing: reason)
    }
}
