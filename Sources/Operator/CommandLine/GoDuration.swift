/// Durations as Go's tools write them: `15s`, `1m30s`, `500ms`, `1.5h`.
package enum GoDuration {
    private static let units: [(suffix: String, nanoseconds: Double)] = [
        ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9),
    ]

    /// Nil for anything else, for negative durations and for more than a year.
    package static func parse(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        var rest = Substring(text)
        guard !rest.isEmpty else { return nil }
        var nanoseconds = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(number.count)
            let suffix = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(suffix.count)
            guard let value = Double(number), let unit = units.first(where: { $0.suffix == suffix }) else { return nil }
            nanoseconds += value * unit.nanoseconds
        }
        guard nanoseconds <= 366 * 86400e9, let whole = Int64(exactly: nanoseconds.rounded()) else { return nil }
        return .nanoseconds(whole)
    }
}
