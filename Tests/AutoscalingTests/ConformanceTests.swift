import Autoscaling
import FoundationEssentials
import HPAConformance
import TestSupport
import Testing

/// The recorded decisions of kube-controller-manager 1.36, every one of them.
@Suite struct ConformanceTests {
    static var vectors: String {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        return "/\(tests)/Fixtures/vectors/hpa-1.36.jsonl.gz"
    }

    @Test func everyRecordedSequenceIsReproduced() async throws {
        var run = ConformanceRun()
        for line in try await gunzippedLines(Self.vectors) {
            let difference = try run.add(line)
            #expect(difference == nil, "\(difference.map { "line \($0.line), \($0.difference)" } ?? "")")
        }
        #expect(run.ticks == 36_840)
        #expect(try run.finish() == "1500 passed, 0 failed")
    }

    /// Our deviations are about numbers and situations that were not recorded.
    @Test func withOurDeviationsTheRecordingIsReproducedToo() async throws {
        for (index, line) in try await gunzippedLines(Self.vectors).enumerated() {
            let sequence = try RecordedSequence(line: line, number: index + 1)
            var replay = SequenceReplay(sequence, deviations: .standard)
            let difference = replay.firstDifference()
            #expect(difference == nil, "line \(index + 1), \(difference?.description ?? "")")
        }
    }

    // MARK: - A run

    static let tick = #"""
        {"after":0,"specReplicas":1,"statusReplicas":1,"values":[[250]],"replicas":3,"conditions":[
        ["AbleToScale","True","SucceededRescale"],["ScalingActive","True","ValidMetricFound"],
        ["ScalingLimited","False","DesiredWithinRange"]]}
        """#.filter { $0 != "\n" }

    static func line(metrics: String = #"{"averageValue":"100m"}"#, tick: String = tick) -> String {
        #"{"minReplicas":1,"maxReplicas":9,"metrics":[\#(metrics)],"ticks":[\#(tick)]}"#
    }

    @Test func aDifferenceNamesLineTickAndBoth() throws {
        var run = ConformanceRun()
        #expect(try run.add(Self.line()) == nil)
        #expect(try run.add("") == nil)
        let wrong = Self.line(tick: Self.tick.replacing(#""replicas":3"#, with: #""replicas":4"#))
        let difference = try #require(try run.add(wrong))
        #expect(difference.line == 3)
        #expect(difference.difference.tick == 0)
        #expect(difference.difference.expected.hasPrefix("4 replicas, AbleToScale True SucceededRescale"))
        #expect(difference.difference.actual.hasPrefix("3 replicas, "))
        #expect(try run.finish() == "1 passed, 1 failed")
    }

    @Test func aConditionThatDiffersFails() throws {
        var run = ConformanceRun()
        let wrong = Self.line(tick: Self.tick.replacing("DesiredWithinRange", with: "TooFewReplicas"))
        #expect(try run.add(wrong) != nil)
    }

    @Test(
        arguments: [
            ("{", "line 2: invalid JSON at byte 1"), ("[]", "line 2: it is no JSON object"),
            (#"{"maxReplicas":1,"metrics":[]}"#, "line 2: ticks is missing"),
            (line(metrics: ""), "line 2: metrics: there is none"),
            (line(metrics: "{}"), "line 2: metrics[0]: neither averageValue nor value is given"),
            (line(metrics: #"{"averageValue":"1x"}"#), "line 2: metrics[0].averageValue: '1x' is not a quantity"),
            (line(metrics: #"{"value":"-1"}"#), "line 2: metrics[0].value: -1 is not positive"),
            (line(metrics: #"{"value":"9e18"}"#), "line 2: metrics[0].value: 9e18 is beyond 64 bits"),
            (
                line(metrics: #"{"value":"1","averageValue":"1"}"#),
                "line 2: metrics[0]: averageValue and value are both"
            ),
            (line(tick: "{}"), "line 2: ticks[0].after is missing"),
            (line(tick: tick.replacing("[[250]]", with: "[]")), "line 2: ticks[0].values: there are 0 for 1 metrics"),
            (line(tick: tick.replacing("[[250]]", with: "[[1e30]]")), "line 2: a number is not whole or does not fit"),
            (line(tick: tick.replacing(#""after":0"#, with: #""after":-1"#)), "line 2: ticks[0].after: -1.0 is not"),
            (
                line(tick: tick.replacing(#"er":0,"specReplicas":1"#, with: #"er":0,"specReplicas":3000000000"#)),
                "line 2: a number is not whole or does not fit"
            ),
            (
                line(tick: tick.replacing(#","SucceededRescale""#, with: "")),
                "line 2: ticks[0].conditions[0]: it should"
            ),
        ])
    func whatIsNoRecordingIsToldWithItsLine(line: String, message: String) throws {
        var run = ConformanceRun()
        #expect(try run.add(Self.line()) == nil)
        let error = try #require(throws: RecordingError.self) { try run.add(line) }
        #expect(error.description.hasPrefix(message), "\(error)")
    }

    @Test func aRecordingWithoutASequenceIsAnError() throws {
        var run = ConformanceRun()
        #expect(try run.add("\n") == nil)
        #expect(throws: RecordingError.self) { try run.finish() }
    }

    /// Reads the lines of a gzip file, through gzip itself.
    private func gunzippedLines(_ path: String) async throws -> [Substring] {
        let folder = try TemporaryFolder()
        let output = "\(folder.path)/lines"
        let status = try await ChildProcess("gzip", ["-dc", "--", path], output: output).wait()
        try #require(status == 0, "gzip could not read \(path)")
        return String(decoding: try Data(contentsOf: URL(filePath: output)), as: UTF8.self).split(separator: "\n")
    }
}
