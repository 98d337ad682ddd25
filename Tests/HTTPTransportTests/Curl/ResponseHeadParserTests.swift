import Testing

@testable import HTTPTransport

@Suite struct ResponseHeadParserTests {
    private func parse(_ lines: [String]) throws -> ResponseHeadParser.Head? {
        var parser = ResponseHeadParser()
        var head: ResponseHeadParser.Head?
        for line in lines { head = try parser.push(Array("\(line)\r\n".utf8)) ?? head }
        return head
    }

    @Test func readsStatusAndHeaders() throws {
        let head = try parse(["HTTP/1.1 404 Not Found", "Content-Type:  application/json ", "X-Empty:", ""])
        #expect(head?.status == 404)
        #expect(head?.headers["content-type"] == "application/json")
        #expect(head?.headers["x-empty"] == "")
    }

    @Test func skipsInformationalResponsesAndTrailers() throws {
        let head = try parse(["HTTP/1.1 100 Continue", "X: 1", "", "HTTP/2 200", "Y: 2", "", "Trailer: 3", ""])
        #expect(head == ResponseHeadParser.Head(status: 200, headers: ["Y": "2"]))
    }

    @Test(arguments: ["HTTP/1.1", "HTTP/1.1 20 OK", "HTTP/1.1 099 ?", "GARBAGE 200 OK", "HTTP/1.1 2OO OK"])
    func refusesMalformedStatusLines(_ line: String) {
        let error = #expect(throws: TransportError.self) { try parse([line, ""]) }
        #expect(error?.kind == .protocolViolation)
    }

    @Test func refusesEndlessHeaders() {
        let line = "X: " + String(repeating: "a", count: 1000)
        let error = #expect(throws: TransportError.self) {
            try parse(["HTTP/1.1 200 OK"] + Array(repeating: line, count: 300))
        }
        #expect(error?.kind == .tooLarge)
    }
}
