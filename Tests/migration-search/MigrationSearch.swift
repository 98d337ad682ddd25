internal import Dispatch
internal import Glibc
internal import Migration
internal import MigrationModel

/// Plays seeded random interleavings of a migration and everything that may happen to it, and checks the nine
/// invariants after every write: `migration-search [runs] [first seed] [planted bug]`. Exits with 1 when something is found, or when
/// a row of the transition table was never taken.
@main struct MigrationSearch {
    static func main() async {
        if CommandLine.arguments.dropFirst().first == "replay" { return replay() }
        if CommandLine.arguments.dropFirst().first == "picture" { return print(TransitionTable.mermaid) }
        let arguments = CommandLine.arguments.dropFirst().compactMap { UInt64($0) }
        let runs = arguments.first ?? 1_000_000
        let first = arguments.dropFirst().first ?? 1
        let workers: UInt64 = 2
        let bug = arguments.dropFirst(2).first.flatMap { PlantedBug(rawValue: Int($0)) }
        let start = DispatchTime.now()
        let search = await withTaskGroup(of: Search.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    var search = Search(bug: bug)
                    search.play(stride(from: first + worker, to: first + runs, by: Int(workers)))
                    return search
                }
            }
            var all = Search()
            for await search in group { all.merge(search) }
            return all
        }
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start.uptimeNanoseconds) / 1e9
        report(search, seconds, first, bug)
        let missing = Coverage.missing(search.taken)
        if !search.findings.isEmpty || !missing.isEmpty { exitWithFailure() }
    }

    private static func report(_ search: Search, _ seconds: Double, _ first: UInt64, _ bug: PlantedBug?) {
        let missing = Coverage.missing(search.taken)
        let rows = Coverage.count
        let runs = max(1, search.runs)
        print(
            """
            runs                \(search.runs) from seed \(first), in \(Int(seconds)) s (\(Int(Double(search.runs) / seconds)) a second)
            mean length         \(search.events / runs) events, \(search.calls / runs) API calls
            distinct states     \(search.states.count)
            transition coverage \(rows - missing.count) of \(rows)
            """)
        for arrow in missing { print("never taken: \(arrow.from) --\(arrow.trigger)--> \(arrow.to)") }
        for finding in search.findings {
            print("\nseed \(finding.seed): \(finding.violation)")
            print("shortened script, for a regression test (Tests/MigrationTests/ScriptTests.swift):\n")
            print(finding.script.shrunk(bug: bug, breaking: finding.violation.invariant))
        }
    }

    /// Tells what a script does, step by step: `migration-search replay <script.txt`.
    private static func replay() {
        var text = ""
        while let line = readLine(strippingNewline: false) { text += line }
        print(
            Script(text)?.trace(
                bug: CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) }.flatMap(PlantedBug.init))
                ?? "a line of the script is not understood")
    }

    private static func exitWithFailure() -> Never { exit(1) }
}
