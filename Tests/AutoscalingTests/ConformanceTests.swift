import Autoscaling
import FoundationEssentials
import Glibc
import Testing

/// The recorded decisions of kube-controller-manager 1.36, every one of them.
@Suite struct ConformanceTests {
    /// Another file of the same format can be named by the environment.
    static var vectors: String {
        if let given = getenv("VECTORS") { return String(cString: given) }
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return "/\(tests)/Fixtures/vectors/hpa-1.36.jsonl.gz"
    }

    /// Strictly, and with our deviations: none of them is about a number that was recorded.
    @Test func everyRecordedSequenceIsReproduced() async throws {
        let decoder = JSONDecoder()
        var passed = 0
        var differences: [String] = []
        for (number, line) in try await gunzippedLines(Self.vectors).enumerated() {
            let sequence = try decoder.decode(RecordedSequence.self, from: Data(line.utf8))
            let difference = try sequence.firstDifference(.strict) ?? sequence.firstDifference(.standard)
            if let difference { differences.append("line \(number + 1), \(difference)") } else { passed += 1 }
        }
        print("\(passed) passed, \(differences.count) failed")
        #expect(passed > 0)
        #expect(differences.isEmpty, "\(differences.first ?? "")")
    }
}
