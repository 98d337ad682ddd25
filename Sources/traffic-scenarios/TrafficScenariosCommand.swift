import FoundationEssentials
import Glibc
import TrafficModel

/// Plays the scenarios of a folder under every rule, and prints a Markdown table.
///
/// Exit status: 0 all were played, 2 something cannot be read.
@main
enum TrafficScenariosCommand {
    private struct Failure: Error { var description: String }

    static func main() {
        do throws(Failure) {
            try run(CommandLine.arguments.dropFirst().first ?? "scenarios")
        } catch {
            Array("traffic-scenarios: \(error.description)\n".utf8).withUnsafeBytes {
                _ = write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
            exit(2)
        }
    }

    private static func run(_ folder: String) throws(Failure) {
        var reached: [(name: String, reached: Int, count: Int)] = []
        print(header)
        for file in try files(folder) {
            let scenario = try scenario("\(folder)/\(file)")
            let trace = try trace(scenario, folder)
            for loadSeconds in scenario.loadSeconds {
                let result = ScenarioResult(scenario, trace: trace, loadSeconds: loadSeconds)
                print(row(result))
                for goal in result.goals { count(goal, &reached) }
            }
        }
        print("")
        for goal in reached { print("\(goal.name): reached in \(goal.reached) of \(goal.count)") }
    }

    // MARK: - Files

    private static func files(_ folder: String) throws(Failure) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw Failure(description: "the folder \(folder) cannot be read")
        }
        let files = names.filter { $0.hasSuffix(".json") }.sorted()
        guard !files.isEmpty else { throw Failure(description: "\(folder) has no scenarios (*.json)") }
        return files
    }

    private static func scenario(_ path: String) throws(Failure) -> Scenario {
        do {
            let scenario = try JSONDecoder().decode(Scenario.self, from: Data(contentsOf: URL(filePath: path)))
            if let problem = scenario.problem { throw Failure(description: problem) }
            return scenario
        } catch {
            throw Failure(description: "\(path): \((error as? Failure)?.description ?? "\(error)")")
        }
    }

    private static func trace(_ scenario: Scenario, _ folder: String) throws(Failure) -> TrafficTrace {
        if let shape = scenario.traffic.shape { return shape.trace() }
        let path = "\(folder)/\(scenario.traffic.trace ?? "")"
        do {
            let text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
            let trace = try TrafficTrace(csv: text)
            guard let mean = scenario.traffic.meanRate, trace.requests > 0 else { return trace }
            return trace.scaled(by: mean * Double(trace.seconds.count) / trace.requests)
        } catch {
            throw Failure(description: "\(path): \(error)")
        }
    }

    // MARK: - Table

    private static let header = """
        Requests over the SLO, percent of all, and GPU-seconds as multiples of the clairvoyant rule's. Goals: a figure is
        bold where it is reached.

        | scenario | load s | over: HPA | KPA | ours | instant | clairvoyant | GPU: HPA | KPA | ours | instant | \
        clairvoyant, million | over/HPA ≤ 0.2 | GPU/HPA ≤ 1 | over/best of HPA, KPA ≤ 0.5 | over/instant ≤ 0.5 | \
        GPU/clairvoyant ≤ 1.15 | excess/HPA's ≤ 0.2 |
        |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
        """

    private static func row(_ result: ScenarioResult) -> String {
        let rules = [result.hpa, result.kpa, result.ours, result.instant]
        let over = (rules + [result.clairvoyant]).map { fixedPoint($0.shareOverSLO * 100, digits: 2) }
        let gpus = rules.map { fixedPoint($0.gpuSeconds / max(result.clairvoyant.gpuSeconds, 1), digits: 2) }
        let goals = result.goals.map(cell)
        let columns = result.scenario.foreseeable ? goals + [""] : ["", "", "", "", ""] + goals
        let cells =
            [result.scenario.name, "\(result.loadSeconds)"] + over + gpus
            + [fixedPoint(result.clairvoyant.gpuSeconds / 1e6, digits: 2)] + columns
        return "| " + cells.joined(separator: " | ") + " |"
    }

    private static func cell(_ goal: ScenarioGoal) -> String {
        let figure = goal.figure.map { $0.isFinite ? fixedPoint($0, digits: 2) : "∞" } ?? "0/0"
        return goal.isReached ? "**\(figure)**" : figure
    }

    private static func count(_ goal: ScenarioGoal, _ reached: inout [(name: String, reached: Int, count: Int)]) {
        let index = reached.firstIndex { $0.name == goal.name } ?? reached.endIndex
        if index == reached.endIndex { reached.append((goal.name, 0, 0)) }
        reached[index].count += 1
        if goal.isReached { reached[index].reached += 1 }
    }
}
