import Base
import HTTPTransport
import TestSupport
import Testing

@Suite struct CurlTransportTests {
    private let transport = CurlTransport()

    private func kind(of request: HTTPRequest) async -> TransportError.Kind? {
        do throws(TransportError) {
            _ = try await transport.send(request)
            return nil
        } catch {
            return error.kind
        }
    }

    @Test func sendsMethodHeadersAndBodyAndReturnsTheResponse() async throws {
        let heads = AsyncStream<String>.makeStream()
        let server = try SocketServer { connection in
            guard let head = connection.readHead(), let body = connection.readBody(4) else { return }
            heads.continuation.yield(head + "|" + String(decoding: body, as: UTF8.self))
            connection.respond("201 Created", headers: ["X-One: 1", "x-two: 2"], "made")
        }
        defer { server.stop() }
        let response = try await transport.send(
            HTTPRequest(
                method: "PATCH", url: server.url + "/a/../b%2Fc?x=%20",
                headers: ["Content-Type": "application/json", "X-Empty": ""], body: Array("{\"a\"".utf8)))
        #expect(response.status == 201)
        #expect(response.headers["x-one"] == "1")
        #expect(response.headers["X-Two"] == "2")
        #expect(response.body == Array("made".utf8))
        let sent = try #require(await heads.stream.first { _ in true })
        #expect(sent.hasPrefix("PATCH /a/../b%2Fc?x=%20 HTTP/1.1\r\n"))
        #expect(sent.contains("\r\nContent-Type: application/json\r\n"))
        #expect(sent.contains("\r\nX-Empty:"))
        #expect(sent.hasSuffix("|{\"a\""))
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "GET"])
    func sendsEveryMethodWithoutBodyAndOnOneConnection(_ method: String) async throws {
        let connections = Lock(0)
        let server = try SocketServer { connection in
            connections.withLock { $0 += 1 }
            while let head = connection.readHead() { connection.respond("200 OK", String(head.prefix { $0 != " " })) }
        }
        defer { server.stop() }
        for _ in 0..<3 {
            let response = try await transport.send(HTTPRequest(method: method, url: server.url))
            #expect(response.body == Array(method.utf8))
        }
        #expect(connections.withLock { $0 } == 1)
    }

    @Test func doesNotFollowRedirects() async throws {
        let server = try SocketServer { connection in
            while connection.readHead() != nil { connection.respond("302 Found", headers: ["Location: /elsewhere"]) }
        }
        defer { server.stop() }
        let response = try await transport.send(HTTPRequest(url: server.url))
        #expect(response.status == 302)
    }

    @Test func failsByKind() async throws {
        let silent = try SocketServer { connection in connection.waitForClose() }
        let cutting = try SocketServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            connection.hangUp()
        }
        let garbage = try SocketServer { connection in
            _ = connection.readHead()
            connection.write("SSH-2.0-OpenSSH\r\n\r\n")
            connection.hangUp()
        }
        defer { for server in [silent, cutting, garbage] { server.stop() } }
        let closed = try SocketServer { _ in }
        closed.stop()
        #expect(await kind(of: HTTPRequest(url: silent.url, timeout: .milliseconds(20))) == .timeout)
        #expect(await kind(of: HTTPRequest(url: cutting.url)) == .connectionLost)
        #expect(await kind(of: HTTPRequest(url: garbage.url)) == .protocolViolation)
        #expect(await kind(of: HTTPRequest(url: closed.url)) == .connect)
        #expect(await kind(of: HTTPRequest(url: "gopher://x/")) == .invalidRequest)
        #expect(await kind(of: HTTPRequest(url: silent.url, headers: ["A": "b\r\nC: d"])) == .invalidRequest)
        #expect(await kind(of: HTTPRequest(method: "GET /", url: silent.url)) == .invalidRequest)
        #expect(
            await kind(of: HTTPRequest(url: silent.url.replacing("http:", with: "https:"), timeout: .milliseconds(50)))
                == .timeout)
    }

    @Test(arguments: [(10, nil), (9, TransportError.Kind.tooLarge)] as [(Int, TransportError.Kind?)])
    func boundsTheBody(_ limit: Int, _ expected: TransportError.Kind?) async throws {
        let server = try SocketServer { connection in
            _ = connection.readHead()
            connection.respond("200 OK", "0123456789")
            connection.waitForClose()
        }
        defer { server.stop() }
        #expect(await kind(of: HTTPRequest(url: server.url, maxResponseBytes: limit)) == expected)
    }

    @Test func cancellingARequestClosesItOnTheServer() async throws {
        let events = AsyncStream<String>.makeStream()
        let server = try SocketServer { connection in
            _ = connection.readHead()
            events.continuation.yield("asked")
            connection.waitForClose()
            events.continuation.yield("closed")
        }
        defer { server.stop() }
        let transport = transport
        let url = server.url
        let task = Task { try await transport.send(HTTPRequest(url: url)) }
        var seen = events.stream.makeAsyncIterator()
        #expect(await seen.next() == "asked")
        task.cancel()
        #expect(await seen.next() == "closed")
        let error = await #expect(throws: TransportError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
    }

    @Test func aRequestOfACancelledTaskIsNotSent() async throws {
        let server = try SocketServer { connection in connection.waitForClose() }
        defer { server.stop() }
        let transport = transport
        let url = server.url
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await transport.send(HTTPRequest(url: url))
        }
        let error = await #expect(throws: TransportError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
    }

    @Test func shutDownEndsWhatIsUnderWayAndRefusesMore() async throws {
        let asked = AsyncStream<Void>.makeStream()
        let server = try SocketServer { connection in
            _ = connection.readHead()
            asked.continuation.yield()
            connection.waitForClose()
        }
        defer { server.stop() }
        let transport = CurlTransport()
        let url = server.url
        let task = Task { try await transport.send(HTTPRequest(url: url)) }
        _ = await asked.stream.first { _ in true }
        transport.shutDown()
        #expect(await #expect(throws: TransportError.self) { try await task.value }?.kind == .shutDown)
        let late = await #expect(throws: TransportError.self) { try await transport.stream(HTTPRequest(url: url)) }
        #expect(late?.kind == .shutDown)
    }
}
