import KubeCore
import Testing
import YAML

struct DocumentTests {
    @Test
    func blockAndFlowCollectionsAndBlockScalars() throws {
        let text = """
            # a comment
            apiVersion: v1
            list:
            - a
            -   b: 1
                c: [x, {w: z}]
            literal: |
              one
                two

            folded: >-
              three
              four
            json: {"a": ["b", null]}
            """
        #expect(
            try YAML.parse(text) == [
                "apiVersion": "v1", "list": ["a", ["b": 1, "c": ["x", ["w": "z"]]]], "literal": "one\n  two\n",
                "folded": "three four", "json": ["a": ["b", nil]],
            ])
    }

    @Test
    func anchorsAliasesAndMergeKeys() throws {
        let text = """
            base: &base {a: 1, b: 2}
            more: &more {b: 3, c: 4}
            one: {<<: *base, b: 9}
            late: {b: 9, <<: *base}
            many: {<<: [*base, *more]}
            again: *base
            quoted: {"<<": 5}
            """
        let value = try YAML.parse(text)
        #expect(value["one"] == ["a": 1, "b": 9])
        #expect(value["late"] == ["a": 1, "b": 9], "a key beside << wins wherever it stands")
        #expect(value["many"] == ["a": 1, "b": 2, "c": 4], "the earlier of several merged mappings wins")
        #expect(value["again"] == ["a": 1, "b": 2])
        #expect(value["quoted"] == ["<<": 5])
    }

    @Test
    func severalDocuments() throws {
        #expect(try YAML.parseAll("a: 1\n---\n# nothing\n---\nb: 2\n...\n") == [["a": 1], ["b": 2]])
        #expect(try YAML.parseAll("") == [])
        #expect(try YAML.parse("") == .null)
        #expect(try YAML.parse("---\n---\na: 1\n") == ["a": 1])
        // An anchor ends with its document.
        #expect(throws: YAMLError.self) { try YAML.parseAll("a: &x 1\n---\nb: *x\n") }
    }

    @Test
    func bytesMayBeUTF16WithAMark() throws {
        let bytes: [UInt8] = [0xFF, 0xFE] + "a: é".utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(try YAML.parse(bytes: bytes) == ["a": "é"])
    }

    static let bad: [(text: String, line: Int, column: Int, message: String)] = [
        ("a: 1\na: 2\n", 2, 1, "the key \"a\" is already there"),
        ("a: 1\n---\nb: 2\n", 2, 1, "expected one document, found another"),
        ("a:\n  - b\n c: d\n", 3, 2, "did not find expected key while parsing a block mapping"),
        ("a: [1, 2\n", 2, 1, "did not find expected ',' or ']' while parsing a flow sequence"),
        ("a: \"open\n", 2, 1, "found unexpected end of stream while scanning a quoted scalar"),
        ("a:\tb\n\tc: d\n", 2, 1, "found a tab character that violates indentation while scanning a plain scalar"),
        ("a: b: c\n", 1, 5, "mapping values are not allowed in this context"),
        ("{[1]: 2}", 1, 2, "a key must be a string, not a collection"),
        ("~: 2", 1, 1, "a key must be a string, a number or a boolean"),
        ("a: *b", 1, 4, "no anchor &b before this alias"),
        ("a: &a [*a]", 1, 8, "the alias *a is inside of what it stands for"),
        ("<<: 5", 1, 5, "<< needs a mapping or a list of mappings"),
        ("<<: [{a: 1}, 5]", 1, 15, "<< needs a mapping or a list of mappings"),
        ("ab\ncé\u{1}", 2, 3, "control characters are not allowed"),
        ("a: @b", 1, 4, "found character that cannot start any token while scanning for the next token"),
    ]

    @Test(arguments: bad)
    func errorsSayWhere(text: String, line: Int, column: Int, message: String) {
        do {
            let value = try YAML.parse(text)
            Issue.record("read \(value)")
        } catch {
            #expect(error.message == message)
            #expect("\(error.line):\(error.column)" == "\(line):\(column)")
        }
    }

    @Test
    func notUTF8IsAnError() {
        #expect(throws: YAMLError.self) { try YAML.parse(bytes: Array("a: ".utf8) + [0xFF, 0xC0]) }
    }
}

struct BoundTests {
    @Test
    func nestingIsBoundedAtTheDepthThatJSONReads() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        let deepest = try YAML.parse(nested(YAML.maximumDepth))
        #expect(try JSONValue(parsing: deepest.serialized()) == deepest)
        #expect(throws: YAMLError.self) { try YAML.parse(nested(YAML.maximumDepth + 1)) }
        #expect(throws: YAMLError.self) { try YAML.parse(String(repeating: "- ", count: 100_000)) }
    }

    @Test
    func aliasesCannotGrowADocumentWithoutBound() {
        var text = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
        for level in 1..<30 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        let error = #expect(throws: YAMLError.self) { try YAML.parse(text) }
        #expect(error?.message == "aliases expand to too much")
    }

    @Test
    func sizeIsBounded() {
        let bytes = [UInt8](repeating: UInt8(ascii: "#"), count: YAML.maximumSize + 1)
        #expect(throws: YAMLError.self) { try YAML.parse(bytes: bytes) }
    }

    /// Were every element added to a copy of its collection, this would take minutes.
    @Test(.timeLimit(.minutes(1)))
    func longCollectionsTakeLinearTime() throws {
        let text =
            (0..<20_000).map { "k\($0): [1, 2]\n" }.joined() + "s:\n" + String(repeating: "- 1\n", count: 50_000)
        #expect(try YAML.parse(text)["s"]?.arrayValue?.count == 50_000)
    }
}
