internal import DeepSeekAPI
internal import Migration

/// How far the checks of an analysis are: measurements in, a verdict out.
///
/// A check passes with `count` measurements that passed or failed, of which at most `failureLimit` failed; one more
/// fails the analysis at once. Without data a measurement fails (Fail), is left out (Ignore) or waits for a person once
/// there were `count` of them (Pause). An analysis that measured nothing at all never passes.
struct AnalysisProgress: Sendable {
    private struct Tally {
        var passed = 0
        var failed = 0
        var empty = 0
        var last = ""
    }

    private let checks: [AnalysisSpec.Check]
    private var tallies: [String: Tally] = [:]

    init(_ checks: [AnalysisSpec.Check]) { self.checks = checks }

    mutating func add(_ measurement: Measurement, of check: AnalysisSpec.Check) {
        var tally = tallies[check.name] ?? Tally()
        switch measurement {
        case .passed(let words): (tally.passed, tally.last) = (tally.passed + 1, words)
        case .failed(let words): (tally.failed, tally.last) = (tally.failed + 1, words)
        case .noData(let words) where check.resolvedOnNoData == .fail:
            (tally.failed, tally.last) = (tally.failed + 1, words)
        case .noData(let words):
            tally.empty += 1
            if tally.passed + tally.failed == 0 { tally.last = words }
        }
        tallies[check.name] = tally
    }

    /// Whether a check has to be measured again.
    func isOpen(_ check: AnalysisSpec.Check) -> Bool {
        let tally = tallies[check.name] ?? Tally()
        return tally.passed + tally.failed < check.resolvedCount && tally.empty < check.resolvedCount
    }

    /// Nil while there is more to measure.
    var verdict: (outcome: GateResult.Outcome, message: String)? {
        for check in checks {
            let tally = tallies[check.name] ?? Tally()
            guard tally.failed > check.resolvedFailureLimit else { continue }
            return (
                .failed,
                "check \(check.name): \(tally.failed) of \(tally.passed + tally.failed) measurements failed, the last: "
                    + tally.last
            )
        }
        guard checks.allSatisfy({ !isOpen($0) }) else { return nil }
        if let check = checks.first(where: { $0.resolvedOnNoData == .pause && isEmpty($0) }) {
            return (.inconclusive, "check \(check.name) has no data: \(tallies[check.name]?.last ?? "")")
        }
        guard checks.contains(where: { !isEmpty($0) }) else {
            return (.inconclusive, "no check has data")
        }
        let words = checks.map { check in
            isEmpty(check) ? "\(check.name) was left out" : "\(check.name): \(tallies[check.name]?.last ?? "")"
        }
        return (.passed, words.joined(separator: "; "))
    }

    /// Whether a check ran out of tries before it had its measurements.
    private func isEmpty(_ check: AnalysisSpec.Check) -> Bool {
        let tally = tallies[check.name] ?? Tally()
        return tally.passed + tally.failed < check.resolvedCount
    }

    /// The seconds that a check takes at most: as many measurements without data as with it, and one to begin with.
    static func seconds(_ check: AnalysisSpec.Check) -> Int {
        (2 * check.resolvedCount + 2) * check.resolvedIntervalSeconds + 60
    }
}
