/// The text exposition format, version 0.0.4.
public enum PrometheusText {
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Writes families by name, each once: families of one name are joined under the first one's help and kind.
    static func write(_ families: [MetricFamily]) -> String {
        var byName: [String: MetricFamily] = [:]
        for family in families where !family.samples.isEmpty {
            if byName[family.name] == nil {
                byName[family.name] = family
            } else if byName[family.name]?.kind == family.kind {
                byName[family.name]?.samples += family.samples
            }
        }
        var text = ""
        for family in byName.values.sorted(by: { $0.name < $1.name }) { write(family, to: &text) }
        return text
    }

    private static func write(_ family: MetricFamily, to text: inout String) {
        text += "# HELP \(family.name) \(escaped(family.help, quotes: false))\n"
        text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
        var seen: Set<String> = []
        for sample in family.samples {
            let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
            let braces = labels.isEmpty ? "" : "{\(labels.joined(separator: ","))}"
            let series = "\(family.name)\(sample.suffix)\(braces)"
            guard seen.insert(series).inserted else { continue }
            text += "\(series) \(number(sample.value))\n"
        }
    }

    /// Backslash and newline are escaped everywhere, the quote in label values only.
    private static func escaped(_ string: String, quotes: Bool) -> String {
        guard string.utf8.contains(where: { $0 == 0x5C || $0 == 0x0A || $0 == 0x22 }) else { return string }
        var result = ""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A number as Go's strconv.ParseFloat reads it: whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return String(value)
    }
}
