import Base
import KubeCore
import Testing

@Suite struct PatchTests {
    /// The examples of RFC 7386, appendix A.
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, #"{}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
        (#"[1,2]"#, #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        (#"{}"#, #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func mergePatch(document: String, patch: String, result: String) throws {
        let patched = try JSONValue(parsing: document).applying(mergePatch: JSONValue(parsing: patch))
        #expect(try patched == JSONValue(parsing: result))
    }

    @Test(arguments: [
        (#"{"a":1}"#, #"[{"op":"add","path":"/b","value":2}]"#, #"{"a":1,"b":2}"#),
        (#"{"a":[1,3]}"#, #"[{"op":"add","path":"/a/1","value":2}]"#, #"{"a":[1,2,3]}"#),
        (#"{"a":[1]}"#, #"[{"op":"add","path":"/a/-","value":2}]"#, #"{"a":[1,2]}"#),
        (#"{"a":{"b":1}}"#, #"[{"op":"move","from":"/a/b","path":"/c"}]"#, #"{"a":{},"c":1}"#),
        (#"{"a/b":1}"#, #"[{"op":"copy","from":"/a~1b","path":"/~0"}]"#, #"{"a/b":1,"~":1}"#),
        (#"{"a":1}"#, #"[{"op":"test","path":"/a","value":1.0},{"op":"remove","path":"/a"}]"#, #"{}"#),
        (#"{"a":1}"#, #"[{"op":"replace","path":"","value":[]}]"#, #"[]"#),
    ])
    func jsonPatch(document: String, patch: String, result: String) throws {
        let patched = try JSONValue(parsing: document).applying(jsonPatch: JSONPatch(JSONValue(parsing: patch)))
        #expect(try patched == JSONValue(parsing: result))
    }

    @Test(arguments: [
        (#"{"a":1}"#, #"[{"op":"remove","path":"/b"}]"#),
        (#"{"a":1}"#, #"[{"op":"replace","path":"/b","value":1}]"#),
        (#"{"a":[1]}"#, #"[{"op":"add","path":"/a/2","value":1}]"#),
        (#"{"a":[1]}"#, #"[{"op":"remove","path":"/a/01"}]"#),
        (#"{"a":1}"#, #"[{"op":"add","path":"/a/b","value":1}]"#),
        (#"{"a":{"b":1}}"#, #"[{"op":"move","from":"/a","path":"/a/b"}]"#),
        (#"{"a":1}"#, #"[{"op":"test","path":"/a","value":2}]"#),
        (#"{"a":1}"#, #"[{"op":"bad","path":"/a"}]"#),
        (#"{"a":1}"#, #"[{"op":"add","path":"a","value":1}]"#),
        (#"{"a":1}"#, #"{}"#),
    ])
    func aPatchThatDoesNotFitIsRefused(document: String, patch: String) throws {
        let document = try JSONValue(parsing: document)
        let patch = try JSONValue(parsing: patch)
        #expect(throws: JSONPatchError.self) { try document.applying(jsonPatch: JSONPatch(patch)) }
    }

    /// Each copy doubles the document.
    @Test func copiesCannotGrowWithoutBound() throws {
        let root = JSONPointer(tokens: [])
        let copies = (0..<40).map { JSONPatch.Operation.copy(from: root, to: JSONPointer(tokens: ["a\($0)"])) }
        let document: JSONValue = ["b": 1]
        let error = #expect(throws: JSONPatchError.self) { _ = try document.applying(jsonPatch: JSONPatch(copies)) }
        #expect(error?.message.contains("100000 values") == true)
        #expect(try document.applying(jsonPatch: JSONPatch(Array(copies.prefix(3)))) != document)
    }

    /// What no parser would read again.
    @Test func aDocumentCannotBecomeTooDeep() throws {
        let text = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        let deep = try JSONValue(parsing: text)
        let path = JSONPointer(tokens: Array(repeating: "0", count: 200))
        let zero = try JSONValue(parsing: String(repeating: "[", count: 200) + "0" + String(repeating: "]", count: 200))
        #expect(throws: JSONPatchError.self) { try zero.applying(jsonPatch: JSONPatch([.add(path, deep)])) }
        #expect(throws: JSONPatchError.self) { try zero.applying(jsonPatch: JSONPatch([.replace(path, deep)])) }
        #expect(throws: Never.self) { try zero.applying(jsonPatch: JSONPatch([.replace(path, [[]])])) }
    }

    /// A slash before a combining mark makes one character in Swift, but is a slash.
    @Test func pointersAreReadByScalars() throws {
        let pointer = try #require(JSONPointer("/\u{301}a/~1\u{301}/b"))
        #expect(pointer.tokens == ["\u{301}a", "/\u{301}", "b"])
        #expect(JSONPointer(pointer.description) == pointer)
    }

    /// The patch made of two documents turns the one into the other.
    @Test func aMergePatchOfADifferenceMakesTheTarget() {
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SplitMix64(seed: seed)
        for _ in 0..<500 {
            let old = JSONValue.random(depth: 3, using: &generator).withoutNulls
            let new = JSONValue.random(depth: 3, using: &generator).withoutNulls
            let patched = old.mergePatch(to: new).map { old.applying(mergePatch: $0) } ?? old
            #expect(patched == new, "seed \(seed)")
        }
    }
}

extension JSONValue {
    fileprivate var withoutNulls: JSONValue {
        switch self {
        case .null: .bool(true)
        case .array(let elements): .array(elements.map(\.withoutNulls))
        case .object(let members): .object(members.mapValues(\.withoutNulls))
        default: self
        }
    }
}
