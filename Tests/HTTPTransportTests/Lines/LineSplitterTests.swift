import Testing

@testable import HTTPTransport

@Suite struct LineSplitterTests {
    private static let text = Array("first\n\nthird, longer\nrest".utf8)
    private static let lines = ["first", "", "third, longer"]

    @Test(arguments: 0...text.count)
    func findsTheSameLinesForEverySplit(_ cut: Int) throws {
        var splitter = LineSplitter(maxLineBytes: 100)
        let found =
            try splitter.push(Array(Self.text[..<cut])) + splitter.push([]) + splitter.push(Array(Self.text[cut...]))
        #expect(found.map { String(decoding: $0, as: UTF8.self) } == Self.lines)
        #expect(splitter.finish() == Array("rest".utf8))
        #expect(splitter.finish() == nil)
    }

    @Test func findsTheSameLinesByteByByte() throws {
        var splitter = LineSplitter(maxLineBytes: 100)
        var found: [String] = []
        for byte in Self.text { found += try splitter.push([byte]).map { String(decoding: $0, as: UTF8.self) } }
        #expect(found == Self.lines)
    }

    @Test(arguments: [[10], [4, 6], [1, 1, 8]])
    func takesALineOfTheLimitAndRefusesOneMore(_ pieces: [Int]) throws {
        var splitter = LineSplitter(maxLineBytes: 10)
        for piece in pieces { #expect(try splitter.push(Array(repeating: 0x61, count: piece)).isEmpty) }
        var tooLong = splitter
        #expect(throws: LineSplitter.LineTooLong(maxLineBytes: 10)) { try tooLong.push([0x61]) }
        #expect(try splitter.push([0x0A]).map(\.count) == [10])
    }
}
