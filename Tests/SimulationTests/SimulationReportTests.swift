import FoundationEssentials
import Simulation
import Testing
import TrafficModel

@Suite struct SimulationReportTests {
    static func run(_ name: String = "a<b>&\"") throws -> (run: SimulationRun, outcomes: [Outcome]) {
        let seconds = (0..<900).map { second in
            TrafficSecond(requests: second < 300 ? 4 : 12, promptTokens: 1000, generatedTokens: 200)
        }
        let options = try SimulationOptions(
            arguments: ["t.csv", "--target=1.2", "--load-seconds=60"], environment: [:])
        let setting = try SimulatedSetting(SimulatedSettingTests.autoscaling, name: name)
        let run = SimulationRun(TrafficTrace(seconds: seconds), settings: [setting], options: options)
        return (run, run.outcomes())
    }

    /// `UPDATE_FIXTURES=1` writes them anew.
    @Test(arguments: ["report.txt", "report.csv", "report.html"])
    func reportsAreAsRecorded(file: String) throws {
        let (run, outcomes) = try Self.run()
        let text =
            switch file {
            case "report.txt": SimulationTable(outcomes).text
            case "report.csv": SimulationCSV.text(outcomes)
            default: ReportPage("t.csv", run: run, outcomes: outcomes).html
            }
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let url = URL(filePath: "/\(tests)/Fixtures/simulation/\(file)")
        if ProcessInfo.processInfo.environment["UPDATE_FIXTURES"] != nil { try Data(text.utf8).write(to: url) }
        let isEqual = try Data(contentsOf: url) == Data(text.utf8)
        #expect(isEqual, "\(file) differs")
    }

    @Test func namesAreTextInAPageAndAField() throws {
        let (run, outcomes) = try Self.run("=<script>,\"'&")
        let page = ReportPage("<x>", run: run, outcomes: outcomes).html
        #expect(!page.contains("<script") && !page.contains("<x>"))
        #expect(page.contains("=&lt;script&gt;,&quot;&#39;&amp;"))
        #expect(SimulationCSV.text(outcomes).contains("\"'=<script>,\"\"'&\",0,4.000"))
    }

    @Test func aLongTraceHasNoMoreThanAThousandSpans() {
        #expect(Timeline(seconds: 600).width == 60)
        #expect(Timeline(seconds: 30 * 86_400).width == 2592)
    }
}
