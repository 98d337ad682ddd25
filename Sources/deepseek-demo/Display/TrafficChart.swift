/// The load of the past as columns, with the load that the ready pods are there for as a line.
struct TrafficChart {
    struct Column {
        var offeredRPS: Double
        /// Ready pods times the target of each.
        var readyRPS: Double
    }

    /// The oldest first.
    private var columns: [Column] = []
    private static let capacity = 400

    mutating func append(_ column: Column) {
        columns.append(column)
        if columns.count > Self.capacity { columns.removeFirst() }
    }

    /// Rows from top to bottom, each as wide as asked.
    func rows(width: Int, height: Int) -> [String] {
        let axis = 5
        let shown = columns.suffix(max(0, width - axis - 1))
        let top = max(600, shown.map { max($0.offeredRPS, $0.readyRPS) }.max() ?? 0)
        return (0..<height).reversed().map { row in
            let label = row == height - 1 ? Text.rounded(top) : row == 0 ? "0" : ""
            let cells = shown.map { cell($0, row: row, rowRPS: top / Double(height)) }
            return Color.dim(Text.padded(label, left: axis)) + " " + cells.joined()
        }
    }

    private func cell(_ column: Column, row: Int, rowRPS: Double) -> String {
        let eighths = Int(((column.offeredRPS / rowRPS - Double(row)) * 8).rounded())
        if column.readyRPS > 0, Int(column.readyRPS / rowRPS - 0.001) == row { return Color.green("━") }
        if eighths <= 0 { return " " }
        return Color.blue(String(Array("▁▂▃▄▅▆▇█")[min(eighths, 8) - 1]))
    }
}
