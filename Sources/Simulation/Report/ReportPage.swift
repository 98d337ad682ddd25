internal import TrafficModel

/// The outcomes as a page that needs nothing else: no scripts, nothing from outside.
public struct ReportPage: Sendable {
    let title: String
    let run: SimulationRun
    let outcomes: [Outcome]

    /// - Parameter title: the trace's name.
    public init(_ title: String, run: SimulationRun, outcomes: [Outcome]) {
        self.title = title
        self.run = run
        self.outcomes = outcomes
    }

    public var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>Simulation of \(HTML.escape(title))</title>
        <style>
        body { font: 15px/1.5 system-ui, sans-serif; max-width: 1000px; margin: 2em auto; padding: 0 1em; color: #222 }
        table { border-collapse: collapse; margin: 1em 0 }
        th, td { padding: .3em .8em; text-align: right; border-bottom: 1px solid #ddd }
        th:first-child, td:first-child { text-align: left }
        figure { margin: 2em 0 }
        figcaption { font-weight: 600 }
        svg { width: 100%; font-size: 11px }
        .legend { font-size: 13px }
        </style>
        </head>
        <body>
        <h1>Simulation of \(HTML.escape(title))</h1>
        <p>\(assumptions)</p>
        \(table)\(plots)</body>
        </html>

        """
    }

    private var assumptions: String {
        let settings = run.replay
        let speed = settings.speed
        let mean = run.trace.requests / Double(max(run.trace.seconds.count, 1))
        return "\(fixedPoint(run.trace.requests, digits: 0)) requests in \(run.trace.seconds.count) s, "
            + "\(fixedPoint(mean, digits: 1)) a second in the mean. "
            + "A pod has \(speed.gpus) GPUs, serves \(speed.maxConcurrent) sequences at a time, and is ready "
            + "\(settings.loadSeconds) s after it was asked for; \(settings.initialReplicas) are ready at the beginning. "
            + "A first token is late after \(fixedPoint(settings.sloSeconds, digits: 2)) s, and a client gives up after "
            + "\(settings.timeoutSeconds) s. The metric is a mean over \(settings.metricWindowSeconds) s."
    }

    private var table: String {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>" + cells.map { "<\(tag)>\(HTML.escape($0))</\(tag)>" }.joined() + "</tr>\n"
        }
        let rows = SimulationTable(outcomes).rows.map { row($0, "td") }
        return "<table>\n\(row(SimulationTable.columns, "th"))\(rows.joined())</table>\n"
    }

    private var plots: String {
        let seconds = run.trace.seconds.count
        func line(_ outcome: Outcome, _ value: (Timeline.Span) -> Double) -> LinePlot.Line {
            LinePlot.Line(
                name: outcome.report.rule, points: outcome.timeline.spans.map { ($0.second, value($0)) })
        }
        var load = outcomes.prefix(1).map { line($0, \.rate) }
        if !load.isEmpty { load[0].name = "requests" }
        return [
            LinePlot("Requests a second", Array(load), seconds: seconds),
            LinePlot("Ready replicas", outcomes.map { line($0, \.ready) }, seconds: seconds),
            LinePlot("Requests over the SLO, a second", outcomes.map { line($0, \.overSLO) }, seconds: seconds),
        ].map(\.svg).joined()
    }
}
