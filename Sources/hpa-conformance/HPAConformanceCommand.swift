import Glibc
import HPAConformance

/// Replays a recording of a HorizontalPodAutoscaler's decisions from standard input, one JSON object a line.
///
/// Exit status: 0 all the same, 1 differences, 2 no recording.
@main
enum HPAConformanceCommand {
    /// Differences that are printed; the rest are counted.
    private static let printed = 20

    static func main() {
        do throws(RecordingError) {
            exit(try run() ? 0 : 1)
        } catch {
            Array("hpa-conformance: \(error)\n".utf8).withUnsafeBytes {
                _ = write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
            exit(2)
        }
    }

    private static func run() throws(RecordingError) -> Bool {
        var run = ConformanceRun()
        while let line = readLine() {
            guard let (number, difference) = try run.add(line), run.failed <= printed else { continue }
            print("line \(number), \(difference)")
        }
        let summary = try run.finish()
        if run.failed > printed { print("and \(run.failed - printed) more sequences that differ") }
        print("\(run.ticks) ticks in \(run.passed + run.failed) sequences, each replayed up to its first difference")
        print(summary)
        return run.failed == 0
    }
}
