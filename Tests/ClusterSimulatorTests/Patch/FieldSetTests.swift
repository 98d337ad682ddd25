import Base
import KubeCore
import Testing

@testable import ClusterSimulator

@Suite struct FieldSetTests {
    @Test(arguments: [
        #"{"f:spec":{"f:replicas":{}}}"#,
        #"{"f:labels":{".":{},"f:a":{}}}"#,
        #"{"f:c":{"k:{\"name\":\"a\"}":{".":{},"f:image":{}}},"f:s":{"v:\"x\"":{}},"f:l":{"i:2":{}}}"#,
    ])
    func readsWhatItWrites(text: String) throws {
        let json = try JSONValue(parsing: text)
        #expect(FieldSet(fieldsV1: json).fieldsV1 == json)
    }

    @Test func skipsElementsThatAreNone() {
        #expect(FieldSet(fieldsV1: ["x:y": [:], "": [:], "f:a": [:]]).fieldsV1 == ["f:a": [:]])
    }

    @Test(arguments: 0..<50)
    func obeysTheLawsOfSets(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let a = Self.random(&random)
        let b = Self.random(&random)
        let message: Comment = "seed \(seed)"
        #expect(a.union(b).paths == b.union(a).paths, message)
        #expect(a.intersection(b).paths == b.intersection(a).paths, message)
        #expect(a.subtracting(b).intersection(b).isEmpty, message)
        #expect(a.subtracting(b).union(a.intersection(b)).paths == a.paths, message)
        #expect(FieldSet(fieldsV1: a.fieldsV1).paths == a.paths, message)
        for path in a.paths { #expect(a.contains(path[...]), message) }
    }

    private static func random(_ random: inout SplitMix64) -> FieldSet {
        var set = FieldSet()
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            let path = (0..<Int.random(in: 1...3, using: &random)).map { _ in
                PathElement.field(["a", "b", "c"].randomElement(using: &random) ?? "a")
            }
            set.insert(path[...])
        }
        return set
    }
}
