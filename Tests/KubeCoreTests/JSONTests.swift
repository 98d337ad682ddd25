import Base
import KubeCore
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        (#"{"b":[1,2.5,true,null],"a":"x"}"#, #"{"a":"x","b":[1,2.5,true,null]}"#),
        (#" "\u00e4\ud83d\ude00\n\u0001" "#, #""ä😀\n\u0001""#),
        ("9223372036854775807", "9223372036854775807"),
        ("1e3", "1000"),
        (#""\ud800x""#, "\"\u{FFFD}x\""),
        (#"{"a":1,"a":2}"#, #"{"a":2}"#),
    ])
    func documentsAreReadAndWrittenCanonically(text: String, canonical: String) throws {
        #expect(try JSONValue(parsing: text).jsonText == canonical)
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":}", "01", "-", "1.", "1e", "nul", "\"a", "\"\\x\"", "\"\u{01}\"", "1 2", "{a:1}",
        "1e999", "[1 2]", "\"\\u12g4\"",
    ])
    func malformedDocumentsAreRefused(text: String) {
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: text) }
    }

    @Test func invalidUTF8IsRefused() {
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: [0x22, 0xFF, 0x22]) }
    }

    @Test func nestingIsBounded() throws {
        let fits = String(repeating: "[", count: 256) + String(repeating: "]", count: 256)
        #expect(throws: Never.self) { try JSONValue(parsing: fits) }
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: "[" + fits + "]") }
        #expect(throws: JSONParseError.self) { try JSONValue(parsing: String(repeating: "[", count: 1_000_000)) }
    }

    @Test func pathsReadAndMakeObjects() {
        var value: JSONValue = ["spec": ["replicas": 3]]
        #expect(value[path: "spec", "replicas"]?.intValue == 3)
        value[path: "spec", "template", "name"] = "x"
        #expect(value == ["spec": ["replicas": 3, "template": ["name": "x"]]])
        value[path: "spec", "replicas"] = nil
        value[path: "status", "absent"] = nil
        #expect(value == ["spec": ["template": ["name": "x"]]])
    }

    /// Any value survives writing and reading.
    @Test func roundTrip() throws {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SplitMix64(seed: seed)
        for _ in 0..<500 {
            let value = JSONValue.random(depth: 4, using: &generator)
            #expect(try JSONValue(parsing: value.serialized()) == value, "seed \(seed)")
        }
    }
}

extension JSONValue {
    static func random(depth: Int, using generator: inout SplitMix64) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .int(Int64.random(in: .min ... .max, using: &generator))
        case 3: return .double(Double(Int.random(in: -999...999, using: &generator)) + 0.5)
        case 4: return .string(randomText(using: &generator))
        case 5:
            let count = Int.random(in: 0..<4, using: &generator)
            return .array((0..<count).map { _ in random(depth: depth - 1, using: &generator) })
        default:
            let count = Int.random(in: 0..<4, using: &generator)
            return .object(
                Dictionary(
                    (0..<count).map { _ in
                        (randomText(using: &generator), random(depth: depth - 1, using: &generator))
                    },
                    uniquingKeysWith: { $1 }))
        }
    }

    private static func randomText(using generator: inout SplitMix64) -> String {
        let alphabet = Array("aä\"\\/~\n\t\u{01}😀 ")
        return String(
            (0..<Int.random(in: 0..<6, using: &generator)).map { _ in alphabet.randomElement(using: &generator)! })
    }
}
