/// The five fields of a cron schedule: minute, hour, day of month, month and day of week.
enum CronSyntax {
    private struct Field {
        var name: String
        var range: ClosedRange<Int>
        var words: [String]
    }

    private static let fields = [
        Field(name: "minute", range: 0...59, words: []), Field(name: "hour", range: 0...23, words: []),
        Field(name: "day of month", range: 1...31, words: []),
        Field(
            name: "month", range: 1...12,
            words: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]),
        Field(name: "day of week", range: 0...7, words: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]),
    ]

    /// What is wrong with a schedule; nil when nothing is.
    static func problem(_ text: String) -> String? {
        let parts = text.split(separator: " ")
        guard parts.count == fields.count else { return "must have five fields, such as '0 8 * * 1-5'" }
        for (part, field) in zip(parts, fields) where !isValid(part, field) {
            return
                "'\(part)' is no \(field.name): \(field.range.lowerBound) to \(field.range.upperBound), with , - / and *"
        }
        return nil
    }

    private static func isValid(_ text: Substring, _ field: Field) -> Bool {
        text.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { item in
            let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 {
                guard let step = number(parts[1]), step > 0, step <= field.range.upperBound else { return false }
            }
            if parts[0] == "*" { return true }
            let bounds = parts[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            let values = bounds.compactMap { value($0, field) }
            return values.count == bounds.count && values[0] <= values[values.count - 1]
        }
    }

    private static func value(_ text: Substring, _ field: Field) -> Int? {
        if let index = field.words.firstIndex(of: text.uppercased()) { return field.range.lowerBound + index }
        guard let value = number(text), field.range.contains(value) else { return nil }
        return value
    }

    /// Digits alone: `Int` would accept a sign.
    private static func number(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }
}
