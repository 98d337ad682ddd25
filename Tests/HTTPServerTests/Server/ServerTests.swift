import Base
import Glibc
import Testing

@testable import HTTPServer

@Suite(.timeLimit(.minutes(1))) struct ServerTests {
    static let echo: HTTPServer.Handler = { request in
        switch request.path {
        case "/stream":
            HTTPServer.Response(
                status: 200,
                body: .stream { writer in
                    for part in ["one", "", "two"] { try await writer.write(Array(part.utf8)) }
                })
        case "/cut":
            HTTPServer.Response(
                status: 200,
                body: .stream { writer in
                    try await writer.write(Array("part".utf8))
                    throw ServerError.connectionClosed
                })
        case "/impossible": HTTPServer.Response(status: 99)
        case "/empty": HTTPServer.Response(status: 204)
        default: .text("\(request.method) \(request.path) \(request.body.count)")
        }
    }

    static func get(_ path: String, _ extra: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(extra)\r\n"
    }

    @Test func answersAndKeepsTheConnection() async throws {
        try await HTTPServer.withServer(.init(), handler: Self.echo) { server in
            let client = try RawClient(port: server.port)
            for index in 0..<3 {
                client.send(Self.get("/\(index)"))
                let answer = try await client.receive(until: "GET /\(index) 0\n")
                #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\nDate: "))
                #expect(answer.contains("\r\nContent-Length: 9\r\n") && !answer.contains("Connection:"))
            }
            client.send(Self.get("/last", "Connection: close\r\n"))
            let last = try await client.receive()
            #expect(last.contains("Connection: close\r\n") && last.hasSuffix("GET /last 0\n"))
        }
    }

    @Test func answersPipelinedRequestsInOrder() async throws {
        let handler: HTTPServer.Handler = { request in
            // The first answer takes longest.
            for _ in 0..<(request.path == "/0" ? 1000 : 1) { await Task.yield() }
            return .text(request.path)
        }
        try await HTTPServer.withServer(.init(), handler: handler) { server in
            let client = try RawClient(port: server.port)
            client.send((0..<20).map { Self.get("/\($0)") }.joined() + Self.get("/end", "Connection: close\r\n"))
            let paths = try await client.receive().split(whereSeparator: \.isNewline).filter { $0.hasPrefix("/") }
            #expect(paths.map(String.init) == (0..<20).map { "/\($0)" } + ["/end"])
        }
    }

    @Test func streamsInChunks() async throws {
        try await HTTPServer.withServer(.init(), handler: Self.echo) { server in
            let client = try RawClient(port: server.port)
            client.send(Self.get("/stream") + Self.get("/next", "Connection: close\r\n"))
            let answer = try await client.receive()
            #expect(answer.contains("Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\nHTTP/1.1 200"))
            #expect(answer.hasSuffix("GET /next 0\n"))
            let old = try RawClient(port: server.port)
            old.send("GET /stream HTTP/1.0\r\n\r\n")
            let plain = try await old.receive()
            #expect(plain.hasSuffix("Connection: close\r\n\r\nonetwo") && !plain.contains("chunked"))
        }
    }

    @Test func aFailedStreamIsCut() async throws {
        try await HTTPServer.withServer(.init(), handler: Self.echo) { server in
            let client = try RawClient(port: server.port)
            client.send(Self.get("/cut"))
            let answer = try await client.receive()
            #expect(answer.contains("4\r\npart\r\n") && !answer.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test(arguments: [("/stream", "chunked\r\n\r\n"), ("/x", "Content-Length: 10\r\n\r\n")])
    func headHasNoBody(path: String, end: String) async throws {
        try await HTTPServer.withServer(.init(), handler: Self.echo) { server in
            let client = try RawClient(port: server.port)
            client.send("HEAD \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            let answer = try await client.receive(until: "\r\n\r\n")
            #expect(answer.hasSuffix(end))
            client.send(Self.get("/empty", "Connection: close\r\n"))
            let empty = try await client.receive()
            #expect(empty.hasPrefix("HTTP/1.1 204") && !empty.contains("Content-Length"))
        }
    }

    @Test func impossibleStatusIsAnError() async throws {
        try await HTTPServer.withServer(.init(), handler: Self.echo) { server in
            let client = try RawClient(port: server.port)
            client.send(Self.get("/impossible", "Connection: close\r\n"))
            #expect(try await client.receive().hasPrefix("HTTP/1.1 500"))
        }
    }

    @Test func ambiguousRequestsAreRefusedAndTheConnectionClosed() async throws {
        let seen = Lock<[String]>([])
        let handler: HTTPServer.Handler = { request in
            seen.withLock { $0.append(request.path) }
            return .text("ok")
        }
        try await HTTPServer.withServer(.init(), handler: handler) { server in
            for (status, text) in RequestParserTests.refused.prefix(60) {
                let client = try RawClient(port: server.port)
                client.send(text + Self.get("/smuggled"))
                let answer = try await client.receive()
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(text)")
                #expect(answer.contains("Connection: close\r\n"))
            }
        }
        #expect(seen.withLock { $0 } == [])
    }

    @Test func asksForTheBodyOfAClientThatWaits() async throws {
        try await HTTPServer.withServer(.init(), handler: Self.echo) { server in
            let client = try RawClient(port: server.port)
            client.send(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
            #expect(try await client.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            client.send("ab")
            #expect(try await client.receive().hasSuffix("POST / 2\n"))
        }
    }

    @Test func clientsThatGoAwayCancelTheirHandlers() async throws {
        let (events, continuation) = AsyncStream<String>.makeStream()
        let handler: HTTPServer.Handler = { request in
            if request.path == "/wait" {
                continuation.yield("started")
                await Self.untilCancelled()
                continuation.yield("cancelled")
                return .text("late")
            }
            return HTTPServer.Response(
                status: 200,
                body: .stream { writer in
                    try await writer.write(Array("event".utf8))
                    continuation.yield("started")
                    await Self.untilCancelled()
                    continuation.yield("cancelled")
                })
        }
        try await HTTPServer.withServer(.init(), handler: handler) { server in
            var iterator = events.makeAsyncIterator()
            for path in ["/wait", "/watch"] {
                let client = try RawClient(port: server.port)
                client.send(Self.get(path))
                #expect(await iterator.next() == "started")
                client.disconnect()
                #expect(await iterator.next() == "cancelled")
            }
        }
    }

    private static func untilCancelled() async {
        let (endless, continuation) = AsyncStream<Never>.makeStream()
        for await _ in endless {}
        continuation.finish()
    }

    @Test func aSlowReaderHoldsBackTheWriter() async throws {
        let written = Lock(0)
        let (events, continuation) = AsyncStream<Void>.makeStream()
        let block = [UInt8](repeating: 0x61, count: 64 << 10)
        let handler: HTTPServer.Handler = { _ in
            HTTPServer.Response(
                status: 200,
                body: .stream { writer in
                    for _ in 0..<1000 {
                        try await writer.write(block)
                        written.withLock { $0 += block.count }
                        continuation.yield()
                    }
                })
        }
        try await HTTPServer.withServer(.init(), handler: handler) { server in
            let client = try RawClient(port: server.port)
            client.send(Self.get("/", "Connection: close\r\n"))
            var iterator = events.makeAsyncIterator()
            await iterator.next()
            // Wait until the number stands still: sockets' buffers and ours are full, and no more.
            var last = -1
            while last != written.withLock({ $0 }) {
                last = written.withLock { $0 }
                try await Task.sleep(for: .milliseconds(200))
            }
            #expect(last < 32 << 20)
            let answer = try await client.receive()
            #expect(answer.utf8.count > 64_000 << 10 && answer.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test func timeOutsAnswerOrClose() async throws {
        var configuration = HTTPServer.Configuration()
        configuration.headTimeout = .milliseconds(100)
        configuration.bodyTimeout = .milliseconds(100)
        configuration.idleTimeout = .milliseconds(100)
        try await HTTPServer.withServer(configuration, handler: Self.echo) { server in
            let slowHead = try RawClient(port: server.port)
            slowHead.send("GET / HTTP/1.1\r\n")
            #expect(try await slowHead.receive().hasPrefix("HTTP/1.1 408 "))
            let slowBody = try RawClient(port: server.port)
            slowBody.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")
            #expect(try await slowBody.receive().hasPrefix("HTTP/1.1 408 "))
            let silent = try RawClient(port: server.port)
            #expect(try await silent.receive() == "")
        }
    }

    @Test func aReaderThatTakesNothingIsCut() async throws {
        var configuration = HTTPServer.Configuration()
        configuration.writeTimeout = .milliseconds(100)
        let (events, continuation) = AsyncStream<Bool>.makeStream()
        let handler: HTTPServer.Handler = { _ in
            HTTPServer.Response(
                status: 200,
                body: .stream { writer in
                    do {
                        while true { try await writer.write([UInt8](repeating: 0, count: 1 << 20)) }
                    } catch {
                        continuation.yield(error is CancellationError || error as? ServerError == .connectionClosed)
                        throw error
                    }
                })
        }
        try await HTTPServer.withServer(configuration, handler: handler) { server in
            let client = try RawClient(port: server.port)
            client.send(Self.get("/"))
            var iterator = events.makeAsyncIterator()
            #expect(await iterator.next() == true)
            client.disconnect()
        }
    }

    @Test func furtherConnectionsWaitAtTheLimit() async throws {
        var configuration = HTTPServer.Configuration()
        configuration.maximumConnections = 2
        try await HTTPServer.withServer(configuration, handler: Self.echo) { server in
            let first = try RawClient(port: server.port)
            let second = try RawClient(port: server.port)
            for client in [first, second] {
                client.send(Self.get("/"))
                _ = try await client.receive(until: "GET / 0\n")
            }
            let third = try RawClient(port: server.port)
            third.send(Self.get("/3"))
            first.disconnect()
            #expect(try await third.receive(until: "GET /3 0\n").hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func shutdownLetsRequestsInFlightEnd() async throws {
        let (started, startedContinuation) = AsyncStream<Void>.makeStream()
        let (release, releaseContinuation) = AsyncStream<Void>.makeStream()
        let server = try HTTPServer(.init()) { _ in
            startedContinuation.yield()
            for await _ in release { break }
            return .text("done")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let idle = try RawClient(port: server.port)
            let busy = try RawClient(port: server.port)
            busy.send(Self.get("/"))
            for await _ in started { break }
            group.cancelAll()
            #expect(try await idle.receive() == "")
            #expect(throws: ServerError.self) { try RawClient(port: server.port) }
            releaseContinuation.yield()
            #expect(try await busy.receive().hasSuffix("done\n"))
            try await group.waitForAll()
        }
        await #expect(throws: ServerError.alreadyRunning) { try await server.run() }
    }

    @Test func shutdownCutsWhatIsLate() async throws {
        var configuration = HTTPServer.Configuration()
        configuration.shutdownGracePeriod = .milliseconds(100)
        let (started, continuation) = AsyncStream<Void>.makeStream()
        let handler: HTTPServer.Handler = { _ in
            HTTPServer.Response(
                status: 200,
                body: .stream { writer in
                    try await writer.write([0x61])
                    continuation.yield()
                    await Self.untilCancelled()
                })
        }
        let client = Lock<RawClient?>(nil)
        try await HTTPServer.withServer(configuration, handler: handler) { server in
            let watcher = try RawClient(port: server.port)
            client.withLock { $0 = watcher }
            watcher.send(Self.get("/"))
            for await _ in started { break }
        }
        let answer = try await client.withLock { $0 }?.receive()
        #expect(answer?.hasSuffix("1\r\na\r\n") == true)
    }

    @Test func manyWatchesBesideRequests() async throws {
        let watches = Lock(0)
        let handler: HTTPServer.Handler = { request in
            guard request.path == "/watch" else { return .text("ok") }
            return HTTPServer.Response(
                status: 200,
                body: .stream { writer in
                    watches.withLock { $0 += 1 }
                    defer { watches.withLock { $0 -= 1 } }
                    try await writer.write(Array("event".utf8))
                    await Self.untilCancelled()
                })
        }
        try await HTTPServer.withServer(.init(), handler: handler) { server in
            let clients = try (0..<300).map { _ in try RawClient(port: server.port) }
            for client in clients { client.send(Self.get("/watch")) }
            for client in clients { _ = try await client.receive(until: "event\r\n") }
            #expect(watches.withLock { $0 } == 300)
            let other = try RawClient(port: server.port)
            other.send(Self.get("/"))
            #expect(try await other.receive(until: "ok\n").hasPrefix("HTTP/1.1 200"))
            for client in clients { client.disconnect() }
        }
        #expect(watches.withLock { $0 } == 0)
    }

    @Test func anAddressInUseIsAnError() async throws {
        let server = try HTTPServer(.init()) { _ in .text("ok") }
        #expect(throws: ServerError.cannotListen(address: "127.0.0.1:\(server.port)", errno: EADDRINUSE)) {
            try HTTPServer(.init(port: server.port)) { _ in .text("ok") }
        }
        #expect(throws: ServerError.self) { try HTTPServer(.init(host: "not an address")) { _ in .text("ok") } }
    }

    @Test func listensOnEveryAddress() async throws {
        let handler: HTTPServer.Handler = { .text($0.peer.address) }
        try await HTTPServer.withServer(.init(host: ""), handler: handler) { server in
            let client = try RawClient(port: server.port)
            client.send(Self.get("/"))
            #expect(try await client.receive(until: "\n127.0.0.1\n").isEmpty == false)
        }
    }
}
