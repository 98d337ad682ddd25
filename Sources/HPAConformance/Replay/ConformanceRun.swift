/// A whole recording: every sequence strictly replayed and counted.
public struct ConformanceRun: Sendable {
    public private(set) var passed = 0
    public private(set) var failed = 0
    public private(set) var ticks = 0
    private var line = 0

    public init() {}

    /// Replays the sequence of the next line, strictly. Returns the line's number and how it differs, or nil. Empty lines
    /// are skipped.
    public mutating func add(
        _ text: some StringProtocol
    ) throws(RecordingError) -> (line: Int, difference: SequenceReplay.Difference)? {
        line += 1
        guard text.contains(where: { !$0.isWhitespace }) else { return nil }
        let sequence = try RecordedSequence(line: text, number: line)
        ticks += sequence.ticks.count
        var replay = SequenceReplay(sequence)
        guard let difference = replay.firstDifference() else {
            passed += 1
            return nil
        }
        failed += 1
        return (line, difference)
    }

    /// The last line of a run. A recording without a sequence proves nothing.
    public func finish() throws(RecordingError) -> String {
        guard passed + failed > 0 else {
            throw RecordingError(line: max(line, 1), problem: "the recording ends without a sequence")
        }
        return "\(passed) passed, \(failed) failed"
    }
}
