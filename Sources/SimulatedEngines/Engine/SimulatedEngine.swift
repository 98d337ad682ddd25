internal import Base
internal import HTTPServer
internal import KubeCore

/// An inference server with no model: it answers completions at a given pace, and ends as its kind does on SIGTERM.
///
/// Guarantees: what it counts as running is what a client has open and not all of; a stream that ends before its last
/// token is cut, never completed.
public final class SimulatedEngine: Sendable {
    public struct Configuration: Sendable {
        public var kind: EngineKind
        /// The one model that it knows; another is answered with 404.
        public var model: String
        /// From the request to the first token.
        public var firstTokenTime: Duration
        /// Between two tokens.
        public var tokenTime: Duration
        /// Requests that run at a time; the others wait.
        public var maxConcurrentSequences = 10_000
        /// Of a hundred requests, how many are answered with 500.
        public var errorPercent = 0
        /// vLLM's `--shutdown-timeout`; zero cuts streams at once.
        public var shutdownTimeout = Duration.zero
        public var maximumConnections = 10_000

        public init(
            _ kind: EngineKind, model: String, firstTokenTime: Duration = .milliseconds(5),
            tokenTime: Duration = .milliseconds(5)
        ) {
            self.kind = kind
            self.model = model
            self.firstTokenTime = firstTokenTime
            self.tokenTime = tokenTime
        }
    }

    public let port: UInt16
    private let server: HTTPServer
    private let ledger: RequestLedger
    private let isKilled: Lock<Bool>
    private let serving = Lock<Task<Void, any Error>?>(nil)

    /// Binds the address; connections are taken once `run` is called. Errors: `ServerError`.
    public init(_ configuration: Configuration, host: String = "127.0.0.1", port: UInt16 = 0) throws {
        let ledger = RequestLedger(limit: configuration.maxConcurrentSequences)
        let isKilled = Lock(false)
        var options = HTTPServer.Configuration(host: host, port: port)
        options.maximumConnections = configuration.maximumConnections
        options.idleTimeout = .seconds(3600)
        options.shutdownGracePeriod = configuration.kind.drain(shutdownTimeout: configuration.shutdownTimeout)
        let answers = CompletionAnswers(configuration: configuration, ledger: ledger) { isKilled.withLock { $0 } }
        server = try HTTPServer(options) { await answers.answer($0) }
        self.port = server.port
        self.ledger = ledger
        self.isKilled = isKilled
    }

    public var load: EngineLoad { ledger.load }

    /// Serves until `terminate`, `kill` or the task's cancellation, which is as SIGTERM is.
    public func run() async throws {
        let task = Task { [server] in try await server.run() }
        serving.withLock { $0 = task }
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            task.cancel()
        }
    }

    /// SIGTERM: no more connections; what becomes of the requests in flight is up to the kind.
    public func terminate() { serving.withLock { $0 }?.cancel() }

    /// SIGKILL: every stream is cut.
    public func kill() {
        isKilled.withLock { $0 = true }
        terminate()
    }
}

/// Answers the requests of one engine.
struct CompletionAnswers: Sendable {
    let configuration: SimulatedEngine.Configuration
    let ledger: RequestLedger
    let isKilled: @Sendable () -> Bool

    private struct Killed: Error {}

    func answer(_ request: HTTPServer.Request) async -> HTTPServer.Response {
        let kind = configuration.kind
        switch (request.method, request.path) {
        case ("GET", let path) where kind.healthPaths.contains(path):
            return HTTPServer.Response(status: 200)
        case ("GET", kind.metricsPath):
            return HTTPServer.Response(
                status: 200, headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
                body: .bytes(Array(ledger.text(kind.names).utf8)))
        case ("POST", "/v1/completions"): return await complete(request)
        default: return .text("Not Found", status: 404)
        }
    }

    private func complete(_ request: HTTPServer.Request) async -> HTTPServer.Response {
        let start = ContinuousClock.now
        guard let body = try? JSONValue(parsing: request.body), let model = body["model"]?.stringValue else {
            return error(400, "the body must be JSON with a model")
        }
        guard model == configuration.model else { return error(404, "The model `\(model)` does not exist.") }
        let tokens = max(1, min(1_000_000, Int(body["max_tokens"]?.intValue ?? 16)))
        guard await ledger.enter() else { return error(499, "the client left") }
        guard Int.random(in: 0..<100) >= configuration.errorPercent else {
            ledger.leave(.failed)
            return error(500, "simulated failure")
        }
        if body["stream"]?.boolValue ?? false { return stream(tokens, since: start) }
        do {
            try await firstToken(since: start)
            try await rest(of: tokens) { _ in }
        } catch {
            ledger.leave(.aborted)
            return self.error(503, "the engine ends")
        }
        ledger.leave(.finished(start.duration(to: .now)))
        return json(200, chunk(String(repeating: "token ", count: tokens), "length"))
    }

    /// Server-sent events, a token each.
    private func stream(_ tokens: Int, since start: ContinuousClock.Instant) -> HTTPServer.Response {
        HTTPServer.Response(
            status: 200, headers: ["Content-Type": "text/event-stream"],
            body: .stream { writer in
                do {
                    try await firstToken(since: start)
                    try await writer.write(event(chunk("token ", nil).serialized()))
                    try await rest(of: tokens) { isLast in
                        try await writer.write(event(chunk("token ", isLast ? "length" : nil).serialized()))
                    }
                    try await writer.write(event(Array("[DONE]".utf8)))
                    ledger.leave(.finished(start.duration(to: .now)))
                } catch {
                    ledger.leave(.aborted)
                    throw error
                }
            })
    }

    private func firstToken(since start: ContinuousClock.Instant) async throws {
        try await pause(configuration.firstTokenTime)
        ledger.firstToken(after: start.duration(to: .now))
    }

    private func rest(of tokens: Int, _ emit: (_ isLast: Bool) async throws -> Void) async throws {
        for number in 1..<max(1, tokens) {
            try await pause(configuration.tokenTime)
            try await emit(number == tokens - 1)
        }
    }

    private func pause(_ time: Duration) async throws {
        if time > .zero { try await Task.sleep(for: time) }
        if isKilled() { throw Killed() }
    }

    // MARK: Bodies

    private func event(_ data: [UInt8]) -> [UInt8] { Array("data: ".utf8) + data + Array("\n\n".utf8) }

    private func chunk(_ text: String, _ reason: String?) -> JSONValue {
        [
            "object": "text_completion", "model": .string(configuration.model),
            "choices": [["index": 0, "text": .string(text), "finish_reason": reason.map(JSONValue.string) ?? .null]],
        ]
    }

    private func error(_ status: Int, _ message: String) -> HTTPServer.Response {
        json(status, ["error": ["message": .string(message), "code": JSONValue(status)]])
    }

    private func json(_ status: Int, _ body: JSONValue) -> HTTPServer.Response {
        HTTPServer.Response(
            status: status, headers: ["Content-Type": "application/json"], body: .bytes(body.serialized()))
    }
}
