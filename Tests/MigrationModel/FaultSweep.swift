internal import Migration

/// One fault, or one act of somebody else, at one call of the API server: for every call of a script and every kind.
public enum FaultSweep {
    public struct Finding: Sendable, CustomStringConvertible {
        public var call: Int
        public var interruption: String
        public var violation: Violation

        public var description: String { "\(interruption) at call \(call): \(violation)" }
    }

    /// Plays a script once for each call that it makes, and each thing that can happen just there. Returns what was
    /// found, and how many runs it took.
    public static func play(_ script: Script, bug: PlantedBug? = nil) -> (findings: [Finding], runs: Int) {
        let calls = script.play(bug: bug).calls - ModelRun(script.scenario, bug: bug).calls
        var findings: [Finding] = []
        var runs = 0
        for call in 1...max(1, calls) {
            for kind in kinds {
                var run = ModelRun(script.scenario, bug: bug)
                run.interruption = (run.calls + call, kind)
                run.play(script.events)
                run.settle(streamsEnd: script.streamsEnd)
                runs += 1
                guard let violation = run.violation else { continue }
                findings.append(Finding(call: call, interruption: "\(kind)", violation: violation))
            }
        }
        return (findings, runs)
    }

    private static let kinds: [ModelRun.Interruption] =
        [.refused, .lostAnswer, .crashBefore, .crashAfter, .delayed]
        + edits.map(ModelRun.Interruption.event)

    /// What others may do at any moment.
    private static let edits: [Event] = [
        .strip, .selectAll, .stripRecord, .select(1), .deleteService, .deleteDeployment(0), .deleteDeployment(1),
        .scale(0, 0), .scale(1, 1), .scale(1, 5), .quota(1), .quota(4), .nodes(1), .fail(0, all: true),
        .fail(1, all: true), .describe(0), .describe(2), .breakSpec, .wish(0), .wish(5), .pauseSpec(true), .crash,
        .operate(.abort, 0), .operate(.promote, 1), .operate(.promoteFull, 1), .operate(.rollback, 0),
        .operate(.pause, 0), .operate(.retry, 0), .operate(.restart, 0),
    ]
}
