internal import TrafficModel

/// The outcomes as rows of text.
public struct SimulationTable: Sendable {
    static let columns = [
        "rule", "GPU-hours", "over SLO", "wait P50", "P95", "P99", "scale-ups", "scale-downs", "peak",
    ]

    let rows: [[String]]

    public init(_ outcomes: [Outcome]) { rows = outcomes.map { Self.row($0.report) } }

    /// Columns as wide as they need to be.
    public var text: String {
        let all = [Self.columns] + rows
        let widths = Self.columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = zip(row, widths).enumerated().map { index, cell in
                let space = String(repeating: " ", count: cell.1 - cell.0.count)
                return index == 0 ? cell.0 + space : space + cell.0
            }
            return cells.joined(separator: "  ") + "\n"
        }.joined()
    }

    private static func row(_ report: ReplayReport) -> [String] {
        func seconds(_ value: Double?) -> String { value.map { fixedPoint($0, digits: 2) + " s" } ?? "-" }
        return [
            report.rule, fixedPoint(report.gpuHours, digits: 1),
            fixedPoint(report.shareOverSLO * 100, digits: 2) + " %",
            seconds(report.p50), seconds(report.p95), seconds(report.p99), "\(report.scaleUps)",
            "\(report.scaleDowns)", "\(report.peakReplicas)",
        ]
    }
}
