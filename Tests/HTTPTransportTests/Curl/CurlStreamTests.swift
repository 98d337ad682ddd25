import Base
import FoundationEssentials
import HTTPTransport
import TestSupport
import Testing

@Suite struct CurlStreamTests {
    private static let chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    private let transport = CurlTransport()

    @Test func deliversPiecesAsTheyArriveAndEnds() async throws {
        let go = AsyncStream<Void>.makeStream()
        let sent = Lock<[String]>([])
        let server = try SocketServer { connection in
            _ = connection.readHead()
            connection.write(Self.chunkedHead)
            connection.writeChunk("one")
            // The second piece follows only when the first was read, over another connection.
            sent.withLock { $0.append("one") }
            go.continuation.yield()
            _ = connection.readBody(2)
        }
        defer { server.stop() }
        let response = try await transport.stream(HTTPRequest(url: server.url, idleTimeout: .seconds(300)))
        #expect(response.status == 200)
        var pieces = response.body.makeAsyncIterator()
        #expect(try await pieces.next() == Array("one".utf8))
        server.stop()
        let error = await #expect(throws: TransportError.self) { try await pieces.next() }
        #expect(error?.kind == .connectionLost)
    }

    @Test func endsWithTheBody() async throws {
        let server = try SocketServer { connection in
            while connection.readHead() != nil {
                connection.write(Self.chunkedHead)
                for piece in ["a", "bc", "def"] { connection.writeChunk(piece) }
                connection.write("0\r\n\r\n")
            }
        }
        defer { server.stop() }
        let body = try await transport.stream(HTTPRequest(url: server.url)).body
        #expect(try await body.collect(maxBytes: 6) == Array("abcdef".utf8))
        let second = try await transport.stream(HTTPRequest(url: server.url)).body
        let error = await #expect(throws: TransportError.self) { try await second.collect(maxBytes: 5) }
        #expect(error?.kind == .tooLarge)
    }

    @Test func silenceWithinTheBodyTimesOut() async throws {
        let server = try SocketServer { connection in
            _ = connection.readHead()
            connection.write(Self.chunkedHead)
            connection.writeChunk("one")
            connection.waitForClose()
        }
        defer { server.stop() }
        let request = HTTPRequest(url: server.url, idleTimeout: .milliseconds(50))
        var pieces = try await transport.stream(request).body.makeAsyncIterator()
        #expect(try await pieces.next() == Array("one".utf8))
        let error = await #expect(throws: TransportError.self) { try await pieces.next() }
        #expect(error?.kind == .idleTimeout)
    }

    @Test func headersThatDoNotComeTimeOut() async throws {
        let server = try SocketServer { connection in connection.waitForClose() }
        defer { server.stop() }
        let request = HTTPRequest(url: server.url, timeout: .milliseconds(30))
        let error = await #expect(throws: TransportError.self) { try await transport.stream(request) }
        #expect(error?.kind == .timeout)
    }

    /// A reader that stops reading stops the server; a slow one gets every byte, and its slowness is no silence.
    @Test func aSlowReaderHoldsTheServerBackAndLosesNothing() async throws {
        let total = 64 << 20
        let written = Lock(0)
        let server = try SocketServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
            var block = [UInt8](repeating: 0, count: 1 << 16)
            for number in 0..<(total >> 16) {
                for index in 0..<8 { block[index * 8192] = UInt8(truncatingIfNeeded: number) }
                guard connection.write(block) else { return }
                written.withLock { $0 += block.count }
            }
            connection.waitForClose()
        }
        defer { server.stop() }
        let request = HTTPRequest(url: server.url, idleTimeout: .seconds(20))
        var pieces = try await transport.stream(request).body.makeAsyncIterator()
        var received = try #require(await pieces.next())
        // The server blocks in send() long before the end: kernel buffers and ours are all that is filled.
        var before = -1
        while written.withLock({ $0 }) != before {
            before = written.withLock { $0 }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(before < total / 2)
        while let piece = try await pieces.next() { received += piece }
        #expect(received.count == total)
        let numbers = stride(from: 0, to: total, by: 1 << 16).map { received[$0] }
        #expect(numbers == (0..<(total >> 16)).map { UInt8(truncatingIfNeeded: $0) })
    }

    @Test(arguments: ["task", "body", "release"])
    func cancelClosesTheStreamOnTheServer(_ how: String) async throws {
        let events = AsyncStream<String>.makeStream()
        let server = try SocketServer { connection in
            _ = connection.readHead()
            connection.write(Self.chunkedHead)
            connection.writeChunk("one")
            connection.waitForClose()
            events.continuation.yield("closed")
        }
        defer { server.stop() }
        let transport = transport
        let request = HTTPRequest(url: server.url)
        let reading = AsyncStream<Void>.makeStream()
        let task = Task {
            // Whatever goes wrong in here must fail the test, not leave it waiting.
            defer { reading.continuation.finish() }
            let body: ResponseBody
            do {
                body = try await transport.stream(request).body
            } catch {
                events.continuation.finish()
                throw error
            }
            var pieces = body.makeAsyncIterator()
            _ = try await pieces.next()
            if how == "body" { body.cancel() }
            if how != "release" {
                reading.continuation.yield()
                _ = try await pieces.next()
            }
        }
        if how == "task" {
            _ = await reading.stream.first { _ in true }
            task.cancel()
        }
        let closed = await events.stream.first { _ in true }
        #expect(closed == "closed")
        let kind: TransportError.Kind? =
            switch await task.result {
            case .success: nil
            case .failure(let error): (error as? TransportError)?.kind
            }
        #expect(kind == (how == "release" ? nil : .cancelled))
    }

    /// A process that held on to a connection would keep it open after this side closed it.
    @Test func childProcessesGetNoConnection() async throws {
        let server = try SocketServer { connection in
            _ = connection.readHead()
            connection.write(Self.chunkedHead)
            connection.writeChunk("one")
            connection.waitForClose()
        }
        defer { server.stop() }
        let body = try await transport.stream(HTTPRequest(url: server.url)).body
        var pieces = body.makeAsyncIterator()
        _ = try await pieces.next()
        let address = ":" + String(server.port, radix: 16, uppercase: true)
        let table = try await Self.shell("cat /proc/net/tcp")
        let connection = table.split(separator: "\n").map { $0.split(separator: " ") }
            .first { $0.count > 9 && $0[2].hasSuffix(address) }
        let inode = try #require(connection?[9])
        #expect(!(try await Self.shell("ls -l /proc/self/fd").contains("socket:[\(inode)]")))
        // Other tests' files go while they are listed; that is no failure.
        #expect(try await Self.shell("ls -l /proc/$PPID/fd || true").contains("socket:[\(inode)]"))
        body.cancel()
    }

    /// What a child process of this one prints.
    private static func shell(_ command: String) async throws -> String {
        let folder = try TemporaryDirectory()
        let process = try ChildProcess("sh", ["-c", command], output: "\(folder.path)/output")
        #expect(await process.wait() == 0)
        return try String(contentsOfFile: "\(folder.path)/output", encoding: .utf8)
    }

    @Test func fortyWatchesLeaveRoomForRequests() async throws {
        let server = try SocketServer { connection in
            while let head = connection.readHead() {
                guard head.hasPrefix("GET /watch") else {
                    connection.respond("200 OK", "here")
                    continue
                }
                connection.write(Self.chunkedHead)
                connection.writeChunk("event\n")
                connection.waitForClose()
            }
        }
        defer { server.stop() }
        var watches: [ResponseBody.Iterator] = []
        for _ in 0..<40 {
            var watch = try await transport.stream(HTTPRequest(url: server.url + "/watch")).body.makeAsyncIterator()
            #expect(try await watch.next() == Array("event\n".utf8))
            watches.append(watch)
        }
        let transport = transport
        let url = server.url
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for _ in 0..<20 { group.addTask { try await transport.send(HTTPRequest(url: url + "/get")).body } }
            for try await body in group { #expect(body == Array("here".utf8)) }
        }
        #expect(watches.count == 40)
    }
}
