import Base
import KubeCore
import Testing
import YAML

struct WriterTests {
    @Test
    func objectsAreWrittenAsKubectlDoes() {
        let value: JSONValue = [
            "spec": [
                "b": [["name": "x", "args": ["--a", "b"]], [], [["nested"]]], "a": nil, "empty": [:],
                "text": "one\ntwo\n",
            ],
            "kind": "Thing", "metadata": ["name": "thing"], "apiVersion": "v1", "extra": 1.5,
        ]
        let expected = """
            apiVersion: v1
            kind: Thing
            metadata:
              name: thing
            spec:
              a: null
              b:
              - args:
                - --a
                - b
                name: x
              - []
              - - - nested
              empty: {}
              text: |
                one
                two
            extra: 1.5

            """
        #expect(YAML.write(value) == expected)
    }

    @Test(arguments: [
        ("plain", "plain"), ("a b", "a b"), ("a:b", "a:b"), ("http://x:80/y", "http://x:80/y"), ("-x", "-x"),
        ("", "\"\""), (" a", "\" a\""), ("a ", "\"a \""), ("a: b", "\"a: b\""), ("a #b", "\"a #b\""), ("a:", "\"a:\""),
        ("yes", "\"yes\""), ("n", "\"n\""), ("null", "\"null\""), ("~", "\"~\""), ("1", "\"1\""), ("0x1F", "\"0x1F\""),
        ("1e3", "\"1e3\""), (".5", "\".5\""), (".inf", "\".inf\""), ("12:30", "\"12:30\""),
        ("2026-01-01", "\"2026-01-01\""),
        ("2026-01-01T00:00:00Z", "\"2026-01-01T00:00:00Z\""), ("500m", "500m"), ("32Gi", "32Gi"), ("v1", "v1"),
        ("<<", "\"<<\""), ("=", "\"=\""), ("---", "\"---\""), ("- x", "\"- x\""), ("-", "\"-\""), ("?", "\"?\""),
        ("*a", "\"*a\""), ("&a", "\"&a\""), ("!a", "\"!a\""), ("%a", "\"%a\""), ("@a", "\"@a\""), ("`a", "\"`a\""),
        ("{a", "\"{a\""), ("[a", "\"[a\""), ("#a", "\"#a\""), ("|", "\"|\""), (">", "\">\""), ("'a", "\"'a\""),
        ("it's", "it's"), ("say \"a\"", "say \"a\""), ("a\\b", "a\\b"), ("a\tb", "\"a\\tb\""), ("\r\n", "\"\\r\\n\""),
        ("a\u{85}b", "\"a\\x85b\""), ("a\u{2028}b", "\"a\\u2028b\""), ("中文", "中文"), ("\u{FEFF}a", "\"\\uFEFFa\""),
        ("^[a-z]+$", "^[a-z]+$"), ("\u{1}", "\"\\x01\""), ("😀", "😀"),
    ])
    func stringsAreQuotedWhenTheyCouldBeReadOtherwise(text: String, written: String) throws {
        #expect(YAML.write(.string(text)) == written + "\n")
        #expect(try YAML.parse(YAML.write(.string(text))) == .string(text))
    }

    @Test(arguments: [
        "a\nb", "a\nb\n", "a\nb\n\n", "a\n\n\n", "\na", " a\nb", "a\n b", "a\n\tb", "a \n b ", "# a\n- b: c\n",
    ])
    func linesSurvive(text: String) throws {
        let value: JSONValue = ["a": .string(text), "b": [.string(text), ["c": .string(text)]], text: 1]
        #expect(try YAML.parse(YAML.write(value)) == value)
        #expect(try YAML.parse(YAML.write(.string(text))) == .string(text))
    }

    @Test
    func longKeysSurvive() throws {
        let value: JSONValue = [
            String(repeating: "k", count: 3000): ["a": [1]], String(repeating: "é\n", count: 900): [[1]],
        ]
        #expect(try YAML.parse(YAML.write(value)) == value)
    }

    @Test
    func randomValuesAreReadBackUnchanged() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = ValueGenerator(seed: seed)
        for _ in 0..<2000 {
            let value = generator.value(depth: 5)
            let text = YAML.write(value)
            let read = try? YAML.parse(text)
            #expect(read == value, "seed \(seed): \(text)")
            guard let read, read == value else { return }
            #expect(YAML.write(read) == text, "seed \(seed)")
        }
    }

    /// Damaged documents may be refused or read, and must not crash or hang.
    @Test
    func damagedDocumentsAreSurvived() {
        let seed = UInt64.random(in: .min ... .max)
        var generator = ValueGenerator(seed: seed)
        var outcomes = (read: 0, refused: 0)
        for _ in 0..<2000 {
            var bytes = Array(YAML.write(generator.value(depth: 4)).utf8)
            for _ in 0..<3 where !bytes.isEmpty {
                let index = Int.random(in: bytes.indices, using: &generator.random)
                bytes[index] = "{}[]:-&*!|>\"'#%@?, \n\tx\u{0}".utf8.randomElement(using: &generator.random) ?? 0
            }
            do {
                _ = try YAML.parseAll(bytes: bytes)
                outcomes.read += 1
            } catch { outcomes.refused += 1 }
        }
        #expect(outcomes.read > 0 && outcomes.refused > 0, "seed \(seed): \(outcomes)")
    }
}

/// Values with the strings that YAML gets wrong most easily.
private struct ValueGenerator {
    var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func value(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .int(Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0..<64, using: &random))
        case 3:
            let number = Double(bitPattern: random.next())
            return number.isFinite && Int64(exactly: number) == nil ? .double(number) : 0.25
        case 4, 5: return .string(string())
        case 6: return .array((0..<count()).map { _ in value(depth: depth - 1) })
        default:
            let members = (0..<count()).map { _ in (string(), value(depth: depth - 1)) }
            return .object(Dictionary(members, uniquingKeysWith: { $1 }))
        }
    }

    private mutating func count() -> Int { Int.random(in: 0..<5, using: &random) }

    private static let pieces = [
        "a", "Z", "0", "7", "-", "_", ".", ":", " ", "#", "\n", "\t", "\r", "'", "\"", "\\", "{", "[", "&", "*", "!",
        "|", ">", "%",
        "@", "`", "?", ",", "=", "<<", "~", "null", "true", "no", "1e3", "0x", "---", "...", "é", "中", "😀", "\u{85}",
        "\u{2028}", "\u{FEFF}", "\u{0}", "\u{7F}", "\u{E000}", "\u{FFFE}", "e", "T", "+",
    ]

    private mutating func string() -> String {
        (0..<Int.random(in: 0..<7, using: &random)).map { _ in Self.pieces.randomElement(using: &random) ?? "" }
            .joined()
    }
}
