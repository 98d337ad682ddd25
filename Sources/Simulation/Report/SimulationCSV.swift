internal import TrafficModel

/// The timelines as CSV, one line a rule and span.
public enum SimulationCSV {
    public static func text(_ outcomes: [Outcome]) -> String {
        var text = "rule,second,requestsPerSecond,overSLOPerSecond,ready,replicas\n"
        for outcome in outcomes {
            let rule = field(outcome.report.rule)
            for span in outcome.timeline.spans {
                let numbers = [span.rate, span.overSLO, span.ready].map { fixedPoint($0, digits: 3) }
                text += "\(rule),\(span.second),\(numbers.joined(separator: ",")),\(span.replicas)\n"
            }
        }
        return text
    }

    /// RFC 4180; and no spreadsheet takes a name for a formula.
    private static func field(_ text: String) -> String {
        let safe = text.first.map { "=+-@\t\r".contains($0) } ?? false ? "'" + text : text
        guard safe.contains(where: { ",\"\r\n".contains($0) || $0.isNewline }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}
