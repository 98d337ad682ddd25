internal import Glibc
internal import TrafficModel

/// Lines over time as SVG.
struct LinePlot {
    struct Line {
        var name: String
        /// Seconds and values, in order of time.
        var points: [(second: Int, value: Double)]
    }

    static let colors = ["#0b6bcb", "#d1495b", "#2e8540", "#8a5a00", "#6f42c1", "#555555", "#00838f", "#ad1457"]
    private static let size = (width: 960.0, height: 260.0)
    private static let margin = (left: 70.0, right: 30.0, top: 10.0, bottom: 30.0)

    let title: String
    let lines: [Line]
    private let seconds: Double
    private let highest: Double

    /// - Parameter seconds: how long the axis of time is.
    init(_ title: String, _ lines: [Line], seconds: Int) {
        self.title = title
        self.lines = lines
        self.seconds = Double(max(seconds, 1))
        let most = lines.flatMap(\.points).reduce(0) { max($0, $1.value) }
        highest = Self.round(most > 0 ? most : 1)
    }

    var svg: String {
        let (width, height) = Self.size
        let curves = lines.enumerated().map { index, line in
            let points = line.points.map { "\(x($0.second)),\(y($0.value))" }.joined(separator: " ")
            let color = Self.colors[index % Self.colors.count]
            return "<polyline fill=\"none\" stroke=\"\(color)\" stroke-width=\"1.5\" points=\"\(points)\"/>\n"
        }
        return """
            <figure><figcaption>\(HTML.escape(title))</figcaption>
            <svg viewBox="0 0 \(Int(width)) \(Int(height))" role="img" aria-label="\(HTML.escape(title))">
            \(axes)\(curves.joined())</svg>
            <p class="legend">\(legend)</p></figure>

            """
    }

    private var legend: String {
        lines.enumerated().map { index, line in
            "<span style=\"color:\(Self.colors[index % Self.colors.count])\">\u{25A0}</span> \(HTML.escape(line.name))"
        }.joined(separator: " &nbsp; ")
    }

    private var axes: String {
        let right = fixedPoint(Self.size.width - Self.margin.right, digits: 1)
        let left = fixedPoint(Self.margin.left, digits: 1)
        let rows = (0...4).map { part -> String in
            let value = highest * Double(part) / 4
            return "<line x1=\"\(left)\" x2=\"\(right)\" y1=\"\(y(value))\" y2=\"\(y(value))\" stroke=\"#ddd\"/>"
                + "<text x=\"62\" y=\"\(y(value))\" text-anchor=\"end\" dy=\"4\">\(Self.label(value))</text>\n"
        }
        let marks = (0...6).map { part -> String in
            let second = Int(seconds * Double(part) / 6)
            return "<text x=\"\(x(second))\" y=\"250\" text-anchor=\"middle\">\(Self.time(second))</text>\n"
        }
        return (rows + marks).joined()
    }

    private func x(_ second: Int) -> String {
        let width = Self.size.width - Self.margin.left - Self.margin.right
        return fixedPoint(Self.margin.left + width * Double(second) / seconds, digits: 1)
    }

    private func y(_ value: Double) -> String {
        let height = Self.size.height - Self.margin.top - Self.margin.bottom
        return fixedPoint(Self.margin.top + height * (1 - min(max(value / highest, 0), 1)), digits: 1)
    }

    /// The next of 1, 2, 4, 5 and 8 times a power of ten.
    private static func round(_ value: Double) -> Double {
        let unit = pow(10, log10(value).rounded(.down))
        return ([1, 2, 4, 5, 8].first { $0 * unit >= value } ?? 10) * unit
    }

    private static func label(_ value: Double) -> String {
        fixedPoint(value, digits: value >= 10 || value == value.rounded() ? 0 : 2)
    }

    private static func time(_ second: Int) -> String {
        let parts = [second / 3600, second / 60 % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return parts.joined(separator: ":")
    }
}
