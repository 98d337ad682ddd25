internal import Base

/// An HTTP/1.1 server: one thread that waits on epoll, and a task for every request.
///
/// The room, from the wire inwards:
/// - `Codec`: `RequestParser` (bytes in, requests out; strict, pure) and the encoder of responses.
/// - `TLS`: server TLS through OpenSSL, and `CertificateAuthority`, which makes certificates in memory.
/// - `Loop`: the event loop, its connections and their time-outs, and `Exchange`, the bridge to a handler's task.
/// - `Message`: `Request`, `Response`, `HeaderFields`, `ResponseBodyWriter`.
///
/// Guarantees: a request that two implementations could read differently is answered with 400 and the connection is
/// closed; requests of one connection are answered in order; every buffer is bounded and every wait on the client has
/// a time-out; a client that goes away cancels its handler's task; `run` returns only after the last handler did.
///
/// Assumptions: handlers honour cancellation (the server waits for those that don't), and don't block their thread.
///
/// Caveats: HTTP/1.1 and 1.0 only (put an edge in front for HTTP/2); a client that half-closes its connection counts as
/// gone; `Upgrade` is ignored; trailers of requests are checked and dropped.
public final class HTTPServer: Sendable {
    /// Answers one request. It is cancelled when the client goes away.
    public typealias Handler = @Sendable (Request) async -> Response

    /// The port that is listened on, also when the configuration asked for any free one.
    public let port: UInt16

    private let mailbox: Mailbox
    private let unstarted: Lock<EventLoop?>

    /// Binds the address. Connections are accepted once `run` is called; until then they wait in the backlog.
    ///
    /// - Throws: `ServerError` when the address is taken, a certificate is unusable or descriptors are lacking.
    public init(_ configuration: Configuration, handler: @escaping Handler) throws(ServerError) {
        let tls = try configuration.tls.map { (tls) throws(ServerError) in try TLSContext(tls) }
        let listener = try Listener(host: configuration.host, port: configuration.port)
        port = listener.port
        mailbox = try Mailbox()
        unstarted = Lock(
            EventLoop(
                configuration: configuration, listener: listener, poller: try Poller(), mailbox: mailbox, tls: tls,
                handler: handler))
    }

    /// Serves until the task is cancelled; then stops accepting, lets requests in flight end within the grace period,
    /// cuts what is left and returns. A server runs once.
    ///
    /// - Throws: `ServerError.alreadyRunning`, or that the thread could not be started.
    public func run() async throws {
        guard let loop = unstarted.withLock({ $0.take() }) else { throw ServerError.alreadyRunning }
        let thread = try await withTaskCancellationHandler {
            try await start(loop)
        } onCancel: {
            mailbox.post(.shutdown)
        }
        thread.join()
    }

    /// Starts the loop's thread and waits, without blocking, until the loop is over.
    private func start(_ loop: EventLoop) async throws -> LoopThread {
        let started = Lock<LoopThread?>(nil)
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            do {
                // The continuation is resumed by the thread's last act, or by a start that failed, never both.
                let thread = try LoopThread {
                    loop.run()
                    continuation.resume()
                }
                started.withLock { $0 = thread }
            } catch {
                continuation.resume(throwing: error)
            }
        }
        guard let thread = started.withLock({ $0 }) else { throw ServerError.alreadyRunning }
        return thread
    }

    /// Uses other certificates from now on, as when one was renewed: for connections to come, while those that are open
    /// stay as they are.
    ///
    /// - Throws: `ServerError` when a certificate is unusable; the ones before stay in use then.
    public func replaceTLS(_ configuration: TLSConfiguration) throws(ServerError) {
        mailbox.post(.useTLS(try TLSContext(configuration)))
    }

    /// Runs a server for as long as `body` does.
    public static func withServer<Result: Sendable>(
        _ configuration: Configuration, handler: @escaping Handler,
        body: (HTTPServer) async throws -> Result
    ) async throws -> Result {
        let server = try HTTPServer(configuration, handler: handler)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let result = try await body(server)
            group.cancelAll()
            try await group.waitForAll()
            return result
        }
    }
}
