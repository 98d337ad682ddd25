import FoundationEssentials
import KubeCore
import Testing

/// The reader gives what the decoder gives, or leaves the document to it.
@Suite struct JSONReaderTests {
    private static func read<Value: JSONReadable>(_ text: String, as type: Value.Type) throws -> Value {
        try JSONReader.read(Array(text.utf8), as: type)
    }

    private static let pod =
        #"{"metadata":{"name":"p","labels":{"a":"b"},"managedFields":[{"f":{"k:{\"a\":1}":{}}}]},"#
        + #""spec":{"nodeName":"n","containers":[{"x":1.5e3}]},"status":{"phase":"Running","conditions":"#
        + #"[{"type":"Ready","status":"True","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}"#

    @Test(arguments: [
        #"{}"#, #"{"metadata":{}}"#, #"{"metadata":{"name":null,"labels":null},"spec":null,"status":null}"#,
        #" { "metadata" : { "name" : "a" , "labels" : { } , "finalizers" : [ ] } } "#,
        #"{"metadata":{"name":"a\"\\\/\b\f\n\r\té😀","annotations":{"a\n":"\u0000"}}}"#,
        #"{"metadata":{"name":"a","generation":9223372036854775807,"deletionGracePeriodSeconds":-9223372036854775808}}"#,
        #"{"metadata":{"name":"a","generation":9223372036854775808}}"#, #"{"metadata":{"name":"a","generation":1.5}}"#,
        #"{"metadata":{"name":"a","generation":"1"}}"#, #"{"metadata":{"name":1}}"#, #"{"metadata":[]}"#,
        #"{"metadata":{"name":"a","managedFields":[{"a":[1,-0.5e+7,true,false,null,{"b":"\\"}]}]}}"#,
        #"{"metadata":{"name":"a","x":01}}"#, #"{"metadata":{"name":"a","x":1.}}"#,
        #"{"metadata":{"name":"a","x":tru}}"#,
        #"{"metadata":{"name":"a"},}"#, #"{"metadata":{"name":"a"}"#, #"{"metadata":{"name":"a"}} x"#, "", "{",
        #"{"metadata":{"name":"a","x":"#, "{\"metadata\":{\"name\":\"a\nb\"}}", #"{"metadata":{"name":"a","x":[1,]}}"#,
        #"{"metadata":{"creationTimestamp":"2026-01-01T00:00:00Z"}}"#, #"{"metadata":{"creationTimestamp":"soon"}}"#,
        #"{"metadata":{"ownerReferences":[{"kind":"a"}]}}"#,
        #"{"metadata":{},"status":{"conditions":[{"type":"Ready","status":"Maybe"}]}}"#,
        #"{"metadata":{},"status":{"containerStatuses":[{"ready":true,"restartCount":3,"name":"c","state":{"running":{}}}]}}"#,
        #"{"metadata":{},"status":{"containerStatuses":[{"ready":true}]}}"#,
    ])
    func podsAreReadAsTheyAreDecoded(text: String) throws {
        let decoded = Result { try JSONDecoder().decode(Pod.self, from: Data(text.utf8)) }
        let read = Result { try Self.read(text, as: Pod.self) }
        if case .success(let pod) = read { #expect(try decoded.get() == pod) }
        // The decoder is laxer than JSON: 01, 1. and trailing commas are left to it.
        let isJSON = (try? JSONValue(parsing: text)) != nil
        if isJSON, case .failure = read, case .success = decoded { Issue.record("left to the decoder: \(text)") }
    }

    /// As in Go. The decoder takes the first.
    @Test func theLastOfEqualKeysCounts() throws {
        #expect(try Self.read(#"{"metadata":{"name":"a","name":"b"}}"#, as: Pod.self).metadata.name == "b")
    }

    @Test func whatIsNotUTF8IsRefused() {
        for bytes: [UInt8] in [[0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82]] {
            let text = Array(#"{"metadata":{"name":""#.utf8) + bytes + Array(#""}}"#.utf8)
            #expect(throws: (any Error).self) { try JSONReader.read(text, as: Pod.self) }
        }
    }

    @Test func nestingIsBounded() {
        let deep = #"{"metadata":{"x":"# + String(repeating: "[", count: 100_000)
        #expect(throws: JSONReadError.self) { try Self.read(deep, as: Pod.self) }
    }

    /// Strings of every length end where they end, whatever the alignment.
    @Test(arguments: 0..<40) func stringsEndAtTheirQuote(length: Int) throws {
        for last in ["", "\\\"", "\\\\", "é", "€", "😀"] {
            let text = "[\"" + String(repeating: "x", count: length) + last + "\",\"next\"]"
            let decoded = try JSONDecoder().decode([String].self, from: Data(text.utf8))
            #expect(try Self.read(text, as: [String].self) == decoded)
        }
    }

    /// Documents with a byte changed, taken out or doubled: both ways agree on what both take, and the reader takes
    /// nothing that the decoder refuses for its syntax.
    @Test(arguments: [UInt64(1), 2, 3, 4]) func brokenDocumentsAreNotTaken(seed: UInt64) throws {
        var random = seed
        func next(_ bound: Int) -> Int {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((random >> 33) % UInt64(bound))
        }
        let whole = Array(Self.pod.utf8)
        for _ in 0..<2000 {
            var bytes = whole
            let index = next(bytes.count)
            switch next(3) {
            case 0: bytes[index] = UInt8(0x20 + next(0x5F))
            case 1: bytes.remove(at: index)
            default: bytes.insert(bytes[index], at: index)
            }
            guard let pod = try? JSONReader.read(bytes, as: Pod.self) else { continue }
            let decoded = try? JSONDecoder().decode(Pod.self, from: Data(bytes))
            #expect(decoded == pod, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    /// What is kept as bytes comes back as the value that it was, and what is no JSON is found out when it is read.
    @Test(arguments: [
        #"{"metadata":{"name":"a"},"revision":3,"data":{"template":{"b":[1,-0.5,"é\u0000",null]}}}"#,
        #"{"metadata":{"name":"a"},"revision":3,"data":null}"#, #"{"metadata":{"name":"a"},"revision":3}"#,
        #"{"metadata":{"name":"a"},"data":{}}"#,
    ])
    func revisionsAreReadAsTheyAreDecoded(text: String) throws {
        let decoded = try? JSONDecoder().decode(ControllerRevision.self, from: Data(text.utf8))
        let read = try? Self.read(text, as: ControllerRevision.self)
        #expect(read == decoded)
        if let read { #expect(try (read.data ?? .null) == (JSONValue(parsing: text)["data"] ?? .null)) }
    }
}
