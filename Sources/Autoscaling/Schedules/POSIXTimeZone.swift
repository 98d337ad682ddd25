internal import KubeCore

/// A time zone's rule in the form of POSIX' `TZ`, with the hours of RFC 9636: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct POSIXTimeZone: Sendable, Hashable {
    /// A day of the year and a second on it, by local time.
    private enum Day: Sendable, Hashable {
        /// `Jn`: 1 to 365, February 29 never counted.
        case julian(Int64)
        /// `n`: 0 to 365.
        case ordinal(Int64)
        /// `Mm.w.d`: day d (0 is Sunday) of week w (5 is the last) of month m.
        case weekday(month: Int64, week: Int64, day: Int)
    }

    private struct Change: Sendable, Hashable {
        var day: Day
        /// Seconds after midnight; may be negative or beyond a day.
        var time: Int64
    }

    private struct Summer: Sendable, Hashable {
        var offset: Int
        var start: Change
        var end: Change
    }

    /// Seconds east of UTC.
    private let standardOffset: Int
    private let summer: Summer?

    init?(_ text: String) {
        var reader = Reader(rest: Substring(text).utf8)
        guard reader.skipName(), let west = reader.time(maximumHours: 24) else { return nil }
        standardOffset = -Int(west)
        guard !reader.rest.isEmpty else {
            summer = nil
            return
        }
        guard reader.skipName() else { return nil }
        var offset = standardOffset + 3600
        if reader.rest.first != UInt8(ascii: ",") {
            guard let west = reader.time(maximumHours: 24) else { return nil }
            offset = -Int(west)
        }
        guard let start = reader.change(), let end = reader.change(), reader.rest.isEmpty else { return nil }
        summer = Summer(offset: offset, start: start, end: end)
    }

    /// Seconds east of UTC at a time.
    func offset(at seconds: Int64) -> Int {
        guard let summer else { return standardOffset }
        // Beyond this there is no calendar to speak of, and arithmetic would overflow.
        let bounded = min(max(seconds, -(1 << 50)), 1 << 50)
        let year = CivilDate(daysSinceEpoch: (bounded + Int64(standardOffset)).flooredQuotient(86_400)).year
        let start = Self.local(summer.start, year) - Int64(standardOffset)
        let end = Self.local(summer.end, year) - Int64(summer.offset)
        let isSummer = start < end ? bounded >= start && bounded < end : bounded >= start || bounded < end
        return isSummer ? summer.offset : standardOffset
    }

    /// The local time of a change in a year, in seconds as if it were UTC.
    private static func local(_ change: Change, _ year: Int64) -> Int64 {
        let newYear = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
        let day: Int64
        switch change.day {
        case .ordinal(let number): day = newYear + number
        case .julian(let number):
            let march = CivilDate(year: year, month: 3, day: 1).daysSinceEpoch
            day = newYear + number - 1 + (number >= 60 && march - newYear == 60 ? 1 : 0)
        case .weekday(let month, let week, let weekday):
            let first = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
            let next =
                month == 12
                ? CivilDate(year: year + 1, month: 1, day: 1).daysSinceEpoch
                : CivilDate(year: year, month: month + 1, day: 1).daysSinceEpoch
            let shift = Int64((weekday - CivilDate.weekday(daysSinceEpoch: first) + 7) % 7)
            var found = first + shift + (week - 1) * 7
            if found >= next { found -= 7 }
            day = found
        }
        return day * 86_400 + change.time
    }

    // MARK: - Reading

    private struct Reader {
        var rest: Substring.UTF8View

        private mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        /// `CET` or `<+03>`.
        mutating func skipName() -> Bool {
            if take("<") {
                guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
                rest = rest[rest.index(after: end)...]
                return true
            }
            let letters = rest.prefix { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
            rest = rest.dropFirst(letters.count)
            return letters.count >= 3
        }

        private mutating func number(_ range: ClosedRange<Int64>) -> Int64? {
            let digits = rest.prefix { (0x30...0x39).contains($0) }
            guard (1...3).contains(digits.count), let value = Int64(Substring(digits)), range.contains(value) else {
                return nil
            }
            rest = rest.dropFirst(digits.count)
            return value
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func time(maximumHours: Int64) -> Int64? {
            let isNegative = take("-")
            if !isNegative { _ = take("+") }
            guard let hours = number(0...maximumHours) else { return nil }
            var seconds = hours * 3600
            for unit: Int64 in [60, 1] where take(":") {
                guard let value = number(0...59) else { return nil }
                seconds += value * unit
            }
            return isNegative ? -seconds : seconds
        }

        /// `,day[/time]`, at 02:00 without a time.
        mutating func change() -> Change? {
            guard take(","), let day = day() else { return nil }
            guard take("/") else { return Change(day: day, time: 7200) }
            return time(maximumHours: 167).map { Change(day: day, time: $0) }
        }

        private mutating func day() -> Day? {
            if take("J") { return number(1...365).map(Day.julian) }
            guard take("M") else { return number(0...365).map(Day.ordinal) }
            guard let month = number(1...12), take("."), let week = number(1...5), take("."), let day = number(0...6)
            else { return nil }
            return .weekday(month: month, week: week, day: Int(day))
        }
    }
}
