import Base
import Testing

@testable import HTTPServer

@Suite struct RequestParserTests {
    static let accepted: [(String, String)] = [
        ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / - [Host=a]  false true"),
        ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / - [Host=a]  false true"),
        ("GET /a%20b?x=1&y HTTP/1.1\r\nhOST:\t a:80 \t\r\n\r\n", "GET /a%20b x=1&y [hOST=a:80]  false true"),
        ("GET /? HTTP/1.1\r\nHost: a\r\n\r\n", "GET /  [Host=a]  false true"),
        ("GET / HTTP/1.0\r\n\r\n", "GET / - []  true false"),
        ("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / - [Connection=Keep-Alive]  true true"),
        (
            "GET / HTTP/1.1\r\nHost: a\r\nConnection: x , Close\r\n\r\n",
            "GET / - [Host=a;Connection=x , Close]  false false"
        ),
        ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * - [Host=a]  false true"),
        ("GET http://A:1/p?q HTTP/1.1\r\nHost: a:1\r\n\r\n", "GET /p q [Host=a:1]  false true"),
        ("GET https://a?q HTTP/1.1\r\nHost: a\r\n\r\n", "GET / q [Host=a]  false true"),
        ("GET / HTTP/1.1\r\nHost: [::1]:80\r\nEmpty:\r\n\r\n", "GET / - [Host=[::1]:80;Empty=]  false true"),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
            "POST / - [Host=a;Content-Length=5] hello false true"
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 000\r\n\r\n",
            "POST / - [Host=a;Content-Length=000]  false true"
        ),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n0A\r\n, world 10\r\n0\r\nX: y\r\n\r\n",
            "POST / - [Host=a;Transfer-Encoding=Chunked] hello, world 10 false true"
        ),
    ]

    @Test(arguments: accepted) func accepts(text: String, expected: String) {
        let output = ParserOutput(text)
        #expect(output.requests == [expected])
        #expect(output.error == nil)
    }

    static let refused: [(Int, String)] = [
        (400, "GET / HTTP/1.1\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        (400, "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /\u{E9} HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.1\nHost: a\n\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{7F}\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n folded\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\n X: a\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nX : a\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\nnocolon\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n"),
        (400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
        (400, " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /\r\n\r\n"),
        (400, "G(T / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET / http/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/1.\r\nHost: a\r\n\r\n"),
        (400, "GET / HTTP/11.1\r\nHost: a\r\n\r\n"),
        (505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"),
        (505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        (505, "GET / HTTP/1.2\r\nHost: a\r\n\r\n"),
        (400, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nhello"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
        (
            400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \u{B}chunked\r\n\r\n0\r\n\r\n"),
        (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n"),
        (501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"),
        (501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        (400, "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        (417, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: magic\r\n\r\n"),
    ]

    @Test(arguments: refused) func refuses(status: Int, text: String) {
        let output = ParserOutput(text)
        #expect(output.requests == [])
        #expect(output.error?.status == status, "\(output)")
    }

    static let refusedChunks: [(Int, String)] = [
        (400, "0x3\r\nabc\r\n0\r\n\r\n"), (400, "+3\r\nabc\r\n0\r\n\r\n"), (400, "-1\r\n"), (400, " 3\r\nabc\r\n"),
        (400, "3 \r\nabc\r\n"), (400, "\r\nabc\r\n"), (400, ";x\r\n"), (400, "3\nabc\r\n0\r\n\r\n"),
        (400, "3\r\nabcd\r\n0\r\n\r\n"), (400, "3\r\nabc\n0\r\n\r\n"), (400, "3\r\nabcX\r\n"),
        (400, "3;a\u{0}\r\nabc\r\n"), (400, "0000000000000003\r\nabc\r\n"), (400, "fffffffffffffffff\r\n"),
        (413, "7fffffffffffff\r\n"), (400, "0\r\nX : y\r\n\r\n"), (400, "0\r\nX: a\n\r\n"),
        (400, "1;" + String(repeating: "e", count: 300) + "\r\na\r\n"), (400, "3\u{B}\r\nabc\r\n"),
    ]

    @Test(arguments: refusedChunks) func refusesChunks(status: Int, chunks: String) {
        let output = ParserOutput("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
        #expect(output.requests == [])
        #expect(output.error?.status == status, "\(output)")
    }

    @Test func stopsAtLimits() {
        let limits = RequestLimits(headBytes: 100, fieldCount: 3, bodyBytes: 10)
        let start = "POST / HTTP/1.1\r\nHost: a\r\n"
        let long = String(repeating: "x", count: 100)
        let chunked = "Transfer-Encoding: chunked\r\n\r\n"
        func status(_ text: String) -> Int? { ParserOutput(text, limits: limits).error?.status }
        #expect(status(start + "A: b\r\nC: d\r\n\r\n") == nil)
        #expect(status(start + "A: b\r\nC: d\r\nE: f\r\n\r\n") == 431)
        #expect(status(start + "A: \(long)\r\n\r\n") == 431)
        #expect(status("GET /\(long)") == 431)
        #expect(status(start + "Content-Length: 10\r\n\r\n0123456789") == nil)
        #expect(status(start + "Content-Length: 11\r\n\r\n") == 413)
        #expect(status(start + chunked + "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n") == nil)
        #expect(status(start + chunked + "5\r\n01234\r\n6\r\n") == 413)
        #expect(status(start + chunked + String(repeating: "1;eeeeee\r\n0\r\n", count: 9)) == 431)
        #expect(status(start + chunked + "0\r\nT: \(long)") == 431)
    }

    @Test func takesPipelinedRequestsOneByOne() {
        let one = "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
        let two = "POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nd\r\n0\r\n\r\n"
        let output = ParserOutput(one + two + "GET /3 HTTP/1.1\r\nHost: a\r\n\r\nGARBAGE\r\n")
        #expect(output.requests.count == 3)
        #expect(output.error?.status == 400)
    }

    @Test func saysWhenTheClientWaits() throws {
        var parser = RequestParser()
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n"
        parser.append(Array(head.utf8).span)
        guard case .expectsContinue = try parser.next() else {
            Issue.record("no wish to continue")
            return
        }
        guard try parser.next() == nil else {
            Issue.record("an event without a body")
            return
        }
        #expect(parser.stage == .body)
        parser.append(Array("ok".utf8).span)
        guard case .request(let parsed) = try parser.next() else {
            Issue.record("no request")
            return
        }
        #expect(parsed.request.body == Array("ok".utf8))
        #expect(parser.stage == .idle)
    }

    @Test func staysFailed() {
        var parser = RequestParser()
        parser.append(Array("GET / HTTP/9.9\r\n".utf8).span)
        #expect(throws: RequestError.self) { try parser.next() }
        parser.append(Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8).span)
        #expect(throws: RequestError.self) { try parser.next() }
    }

    /// However the bytes are cut, the same comes out.
    @Test func isIndifferentToCuts() {
        let texts = Self.accepted.map(\.0) + Self.refused.map(\.1)
        for text in texts { #expect(ParserOutput(text, parts: [1]) == ParserOutput(text)) }
    }

    /// A line that is too long and also ends wrongly: in pieces only its length is seen, so its length must count.
    @Test(arguments: [
        (400, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell\no01.\n"),
        (
            400,
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;\(String(repeating: "x", count: 300))\n"
        ),
        (431, "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: 300))\n\r\n"),
    ])
    func failsTheSameForALongLineWithABareLineFeed(status: Int, text: String) {
        let limits = RequestLimits(headBytes: 200, fieldCount: 20, bodyBytes: 1024)
        let whole = ParserOutput(text, limits: limits)
        #expect(whole.error?.status == status)
        #expect(whole.error?.description.contains("line feed") == false)
        for part in 1...16 { #expect(ParserOutput(text, limits: limits, parts: [part]) == whole, "parts of \(part)") }
    }

    /// Around the limit, byte by byte: the longest line that is accepted, and how the next longer ones fail.
    @Test(arguments: ["\r\n", "\n"]) func judgesALinesLengthTheSameHoweverItIsCut(lineEnd: String) {
        let limits = RequestLimits(headBytes: 64, fieldCount: 20, bodyBytes: 64)
        for count in 0...80 {
            let text = "GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "x", count: count))\(lineEnd)\r\n"
            #expect(ParserOutput(text, limits: limits, parts: [1]) == ParserOutput(text, limits: limits), "\(count)")
        }
    }

    @Test(arguments: [UInt64.random(in: 0...UInt64.max), 1, 2]) func isIndifferentToRandomCutsAndDamage(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let texts = Self.accepted.map(\.0)
        for round in 0..<300 {
            var bytes: [UInt8] = []
            for _ in 0..<3 { bytes += Array(texts.randomElement(using: &random)!.utf8) }
            // Half of the rounds damage a byte: the verdict may be anything, but always the same.
            if round.isMultiple(of: 2) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            let parts = (0..<64).map { _ in Int.random(in: 1...9, using: &random) }
            #expect(ParserOutput(bytes, parts: parts) == ParserOutput(bytes), "seed \(seed), round \(round)")
        }
    }
}
