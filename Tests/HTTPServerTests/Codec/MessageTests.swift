import Testing

@testable import HTTPServer

@Suite struct MessageTests {
    @Test func headerFieldsRefuseInjection() {
        var fields = HeaderFields()
        let isAppended = fields.append("X-A", "ok\tfine \u{E9}")
        #expect(isAppended)
        for (name, value) in [
            ("X", "a\r\nB: c"), ("X", "a\nb"), ("X", "a\u{0}"), ("X ", "a"), ("", "a"), ("X:", "a"), ("X", " a"),
        ] {
            let isRefused = !fields.append(name, value)
            #expect(isRefused, "\(name) \(value)")
        }
        #expect(fields.map(\.name) == ["X-A"])
        #expect(fields["x-a"] == "ok\tfine \u{E9}")
        #expect(fields["x-b"] == nil)
    }

    @Test func pathAndQueryAreDecoded() {
        let request = HTTPServer.Request(method: "GET", path: "/a/b%2Fc//d%C3%A9", query: "x=1+2&y=%26&z&=e")
        #expect(request.pathSegments == ["a", "b/c", "", "dé"])
        #expect(request.queryItems.map { $0.map { "\($0.name):\($0.value)" } } == ["x:1 2", "y:&", "z:", ":e"])
    }

    @Test(arguments: ["/%", "/%4", "/%zz", "/%00", "/%ff"]) func malformedEscapesAreRefused(path: String) {
        #expect(HTTPServer.Request(method: "GET", path: path).pathSegments == nil)
        #expect(HTTPServer.Request(method: "GET", path: "/", query: String(path.dropFirst())).queryItems == nil)
    }

    @Test func datesAreFixdates() {
        #expect(HTTPDate.format(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate.format(951_782_400) == "Tue, 29 Feb 2000 00:00:00 GMT")
    }

    @Test func theServerOwnsFraming() {
        let head = ResponseEncoder.head(
            status: 200, headers: ["content-length": "9", "Connection": "x", "Transfer-Encoding": "y", "X": "z"],
            framing: .length(2), closes: true, date: "now")
        #expect(
            String(decoding: head, as: UTF8.self)
                == "HTTP/1.1 200 OK\r\nDate: now\r\nX: z\r\nContent-Length: 2\r\nConnection: close\r\n\r\n")
    }

    @Test func timersRunPerWait() {
        var configuration = HTTPServer.Configuration()
        configuration.headTimeout = .seconds(1)
        configuration.idleTimeout = .seconds(10)
        var timer = ConnectionTimer(configuration, wait: .idle, now: 0)
        #expect(!timer.isExpired(now: 9_999_999_999) && timer.isExpired(now: 10_000_000_000))
        timer.enter(.head, now: 5_000_000_000)
        // More bytes of the same head earn no more time.
        timer.enter(.head, now: 5_900_000_000)
        #expect(timer.isExpired(now: 6_000_000_000))
        timer.enter(.handler, now: 6_000_000_000)
        #expect(!timer.isExpired(now: .max - 1))
        timer.enter(.write, now: 0)
        timer.restart(now: 1_000_000_000)
        #expect(!timer.isExpired(now: 30_999_999_999) && timer.isExpired(now: 31_000_000_000))
    }

    @Test func outputKeepsOrder() {
        var queue = OutputQueue()
        for index in 0..<200 { queue.append([UInt8(index), UInt8(index)]) }
        var seen: [UInt8] = []
        while let byte = queue.withFirst({ $0[0] }) {
            seen.append(byte)
            queue.consume(1)
        }
        #expect(seen == (0..<200).flatMap { [UInt8($0), UInt8($0)] })
        #expect(queue.isEmpty && queue.count == 0)
    }
}
