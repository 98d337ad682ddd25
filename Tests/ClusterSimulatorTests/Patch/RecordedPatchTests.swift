import FoundationEssentials
import KubeCore
import Testing

@testable import ClusterSimulator

/// Repeats what `Tests/python/record_patches.py` asked of a real API server, and expects the same answers.
@Suite struct RecordedPatchTests {
    static let recording = "Tests/Fixtures/patches/kubernetes-1.20.2.jsonl"

    @Test(arguments: [
        "shared ownership of a custom resource", "atomic values, defaults and nulls", "status of a custom resource",
        "creation and replacement of a custom resource", "a config map", "a deployment",
    ])
    func answersAsTheRealServer(sequence: String) throws {
        let lines = try Self.lines()
        let exchanges = lines.filter { $0["sequence"] == .string(sequence) }
        #expect(!exchanges.isEmpty)
        let test = TestCluster()
        try test.json("POST", Fixture.definitions, try #require(lines.first?["definition"]))
        var version: JSONValue?
        for (number, exchange) in exchanges.enumerated() {
            let body = exchange["body"].flatMap { $0.isNull ? nil : $0 }
            let response = test.send(
                try text(exchange, "method"), try text(exchange, "path"), body,
                type: try text(exchange, "contentType"))
            guard case .bytes(let bytes) = response.body else {
                Issue.record("the answer is a stream")
                return
            }
            let answer = try JSONValue(parsing: bytes)
            let found = answer["metadata"]?["resourceVersion"]
            if let changed = exchange["changed"]?.boolValue { #expect((found != version) == changed, "step \(number)") }
            version = found ?? version
            let expected = Self.steady(exchange["answer"] ?? .null)
            let differences = expected.differences(from: Self.steady(answer)).filter { difference in
                !(Self.isOld(sequence, number)
                    && [".metadata.managedFields", ".spec.items"].contains { difference.hasPrefix($0) })
            }
            #expect(differences.isEmpty, "step \(number), \(exchange["body"]?.jsonText ?? "")")
            #expect(Int64(response.status) == exchange["status"]?.intValue, "step \(number)")
        }
    }

    /// Steps after which 1.20.2 names other owners than later versions: a manager whose field was changed by another
    /// gets it back at the next write that is not its own, one that applies an empty map owns nothing, and elements
    /// that an apply adds come last instead of where it has them.
    private static func isOld(_ sequence: String, _ step: Int) -> Bool {
        switch sequence {
        case "shared ownership of a custom resource": step >= 12
        case "status of a custom resource": step >= 11
        default: false
        }
    }

    private static func lines() throws -> [JSONValue] {
        let root = #filePath.split(separator: "/").dropLast(4).reduce("") { "\($0)/\($1)" }
        let text = try String(contentsOfFile: "\(root)/\(recording)", encoding: .utf8)
        return try text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
    }

    private func text(_ exchange: JSONValue, _ name: String) throws -> String {
        try #require(exchange[name]?.stringValue)
    }

    /// An answer without what differs from run to run and from version to version.
    private static func steady(_ answer: JSONValue) -> JSONValue {
        var answer = answer
        if answer["kind"] == "Status" { return failure(answer) }
        for field in ["uid", "resourceVersion", "creationTimestamp"] { answer[path: "metadata", field] = nil }
        if answer["kind"] == "Deployment" { answer["status"] = nil }
        guard let managed = answer[path: "metadata", "managedFields"]?.arrayValue else { return answer }
        let entries = managed.map { entry in
            var entry = entry
            entry["time"] = nil
            // Kubernetes names the subresource since 1.22.
            entry["subresource"] = nil
            return entry
        }
        answer[path: "metadata", "managedFields"] = .array(
            entries.sorted { left, right in
                (left["manager"]?.stringValue ?? "", left["operation"]?.stringValue ?? "")
                    < (right["manager"]?.stringValue ?? "", right["operation"]?.stringValue ?? "")
            })
        return answer
    }

    /// A failure's code, reason and causes. The words are compared up to where versions began to word them apart.
    private static func failure(_ answer: JSONValue) -> JSONValue {
        let message = (answer["message"]?.stringValue ?? "").replacing(#/ at \d{4}-\d\d-\d\dT[0-9:]+Z/#, with: "")
            .replacing(#/ with subresource "[a-z]+"/#, with: "").replacing(#/, got .*/#, with: "")
        var failure: JSONValue = ["message": .string(message)]
        for field in ["kind", "code", "reason"] { failure[field] = answer[field] }
        let causes = answer["details"]?["causes"]?.arrayValue ?? []
        failure["fields"] = .array(causes.compactMap { $0["field"] })
        return failure
    }
}

extension JSONValue {
    /// The paths at which two values differ, each with both values.
    fileprivate func differences(from other: JSONValue?, at path: String = "") -> [String] {
        guard self != other else { return [] }
        if case .object(let left) = self, case .object(let right)? = other {
            return Set(left.keys).union(right.keys).sorted().flatMap { name in
                (left[name] ?? .string("(absent)")).differences(
                    from: right[name] ?? .string("(absent)"), at: "\(path).\(name)")
            }
        }
        if case .array(let left) = self, case .array(let right)? = other, left.count == right.count {
            return zip(left, right).enumerated().flatMap { index, pair in
                pair.0.differences(from: pair.1, at: "\(path)[\(index)]")
            }
        }
        return ["\(path): expected \(jsonText), found \(other?.jsonText ?? "nothing")"]
    }
}
