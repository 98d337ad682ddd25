/// The five fields of a cron schedule: minute, hour, day of month, month and day of week, each a set of numbers.
///
/// As in cron(8), a day fits when it fits both day fields, or, where both are restricted, either of them; a field is
/// unrestricted when it begins with `*`. Sunday is 0 and 7.
public struct CronExpression: Sendable, Hashable {
    /// What is wrong with a text.
    public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        public var description: String
    }

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

    /// Bit n stands for the number n.
    private var minutes: UInt64
    private var hours: UInt64
    private var days: UInt64
    private var months: UInt64
    private var weekdays: UInt64
    private var restrictsDays: Bool
    private var restrictsWeekdays: Bool

    public init(_ text: String) throws(Problem) {
        let parts = text.split(separator: " ")
        guard parts.count == Self.fields.count else {
            throw Problem(description: "must have five fields, such as '0 8 * * 1-5'")
        }
        var sets: [UInt64] = []
        for (part, field) in zip(parts, Self.fields) {
            guard let set = Self.set(part, field) else {
                let range = field.range
                let bounds = "\(range.lowerBound) to \(range.upperBound)"
                throw Problem(description: "'\(part)' is no \(field.name): \(bounds), with , - / and *")
            }
            sets.append(set)
        }
        minutes = sets[0]
        hours = sets[1]
        days = sets[2]
        months = sets[3]
        weekdays = sets[4] & 0x7F | (sets[4] >> 7 & 1)
        restrictsDays = !parts[2].hasPrefix("*")
        restrictsWeekdays = !parts[4].hasPrefix("*")
    }

    /// Whether it fires on this day at all.
    public func includes(_ date: CivilDate) -> Bool {
        guard months >> UInt64(clamping: date.month) & 1 == 1 else { return false }
        let weekday = CivilDate.weekday(daysSinceEpoch: date.daysSinceEpoch)
        let isDay = days >> UInt64(clamping: date.day) & 1 == 1
        let isWeekday = weekdays >> UInt64(weekday) & 1 == 1
        return restrictsDays && restrictsWeekdays ? isDay || isWeekday : isDay && isWeekday
    }

    /// The last minute of a day, counted from midnight and at most `limit`, at which it fires.
    public func lastMinute(atMost limit: Int) -> Int? {
        guard limit >= 0 else { return nil }
        let (hour, minute) = min(limit, 1439).quotientAndRemainder(dividingBy: 60)
        if hours >> UInt64(hour) & 1 == 1, let last = Self.last(of: minutes, atMost: minute) { return hour * 60 + last }
        guard let earlier = Self.last(of: hours, atMost: hour - 1), let last = Self.last(of: minutes, atMost: 59) else {
            return nil
        }
        return earlier * 60 + last
    }

    /// The greatest number of a set that is at most `limit`.
    private static func last(of set: UInt64, atMost limit: Int) -> Int? {
        guard limit >= 0 else { return nil }
        let below = set & (UInt64.max >> UInt64(63 - limit))
        return below == 0 ? nil : 63 - below.leadingZeroBitCount
    }

    // MARK: - Reading

    private static func set(_ text: Substring, _ field: Field) -> UInt64? {
        var result: UInt64 = 0
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let set = self.set(item: item, field) else { return nil }
            result |= set
        }
        return result
    }

    private static func set(item: Substring, _ field: Field) -> UInt64? {
        let parts = item.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var step = 1
        if parts.count == 2 {
            guard let number = number(parts[1]), number > 0, number <= field.range.upperBound else { return nil }
            step = number
        }
        var bounds = field.range
        if parts[0] != "*" {
            let ends = parts[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            let values = ends.compactMap { value($0, field) }
            guard values.count == ends.count, let first = values.first, let last = values.last, first <= last else {
                return nil
            }
            // `5/15` means from 5 on.
            bounds = first...(ends.count == 1 && parts.count == 2 ? field.range.upperBound : last)
        }
        return stride(from: bounds.lowerBound, through: bounds.upperBound, by: step).reduce(0) { $0 | 1 << UInt64($1) }
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
