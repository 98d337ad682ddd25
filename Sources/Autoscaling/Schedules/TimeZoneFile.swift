/// Reads a compiled time zone, as `/usr/share/zoneinfo` holds it: TZif, RFC 9636. Every length is checked: the file may be
/// anything.
public enum TimeZoneFile {
    /// More transitions or types than any zone has.
    private static let maximumCount = 10_000

    /// - Returns: nil for what is no TZif file, is cut off, or counts leap seconds (`right/…`), whose times are no
    ///   POSIX times.
    public static func parse(_ bytes: [UInt8]) -> TimeZoneRules? {
        var reader = Reader(bytes: bytes[...])
        guard let first = Header(&reader) else { return nil }
        // Version 1 has 32-bit times and no rule; later versions repeat the data with 64 bits.
        guard first.version > 0 else { return rules(first, timeSize: 4, &reader)?.finished(rule: nil) }
        guard reader.skip(first.size(timeSize: 4)), let second = Header(&reader),
            let table = rules(second, timeSize: 8, &reader)
        else { return nil }
        guard let text = reader.footer() else { return nil }
        if text.isEmpty { return table.finished(rule: nil) }
        guard let rule = POSIXTimeZone(text) else { return nil }
        return table.finished(rule: rule)
    }

    private struct Header {
        var version: UInt8
        var utCount: Int
        var standardCount: Int
        var leapCount: Int
        var timeCount: Int
        var typeCount: Int
        var characterCount: Int

        init?(_ reader: inout Reader) {
            guard reader.take(4) == Array("TZif".utf8)[...], let version = reader.take(1)?.first, reader.skip(15) else {
                return nil
            }
            var counts: [Int] = []
            for _ in 0..<6 {
                guard let count = reader.integer(4), (0...Int64(maximumCount)).contains(count) else { return nil }
                counts.append(Int(count))
            }
            self.version = version
            (utCount, standardCount, leapCount) = (counts[0], counts[1], counts[2])
            (timeCount, typeCount, characterCount) = (counts[3], counts[4], counts[5])
        }

        /// Bytes of the data that follows.
        func size(timeSize: Int) -> Int {
            timeCount * (timeSize + 1) + typeCount * 6 + characterCount + leapCount * (timeSize + 4) + standardCount
                + utCount
        }
    }

    private struct Table {
        var initialOffset: Int
        var transitions: [TimeZoneRules.Transition]

        func finished(rule: POSIXTimeZone?) -> TimeZoneRules {
            TimeZoneRules(initialOffset: initialOffset, transitions: transitions, rule: rule)
        }
    }

    private static func rules(_ header: Header, timeSize: Int, _ reader: inout Reader) -> Table? {
        guard header.leapCount == 0, header.typeCount > 0 else { return nil }
        var times: [Int64] = []
        for _ in 0..<header.timeCount {
            guard let time = reader.integer(timeSize), times.last.map({ $0 < time }) ?? true else { return nil }
            times.append(time)
        }
        guard let indexes = reader.take(header.timeCount) else { return nil }
        var offsets: [Int] = []
        for _ in 0..<header.typeCount {
            guard let offset = reader.integer(4), (-93_599...93_599).contains(offset), reader.skip(2) else {
                return nil
            }
            offsets.append(Int(offset))
        }
        guard reader.skip(header.characterCount + header.standardCount + header.utCount) else { return nil }
        var transitions: [TimeZoneRules.Transition] = []
        for (time, index) in zip(times, indexes) {
            guard offsets.indices.contains(Int(index)) else { return nil }
            transitions.append(TimeZoneRules.Transition(time: time, offset: offsets[Int(index)]))
        }
        return Table(initialOffset: offsets[0], transitions: transitions)
    }

    private struct Reader {
        var bytes: ArraySlice<UInt8>

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count >= 0, bytes.count >= count else { return nil }
            defer { bytes = bytes.dropFirst(count) }
            return bytes.prefix(count)
        }

        mutating func skip(_ count: Int) -> Bool { take(count) != nil }

        /// A big-endian integer in two's complement.
        mutating func integer(_ size: Int) -> Int64? {
            guard let taken = take(size) else { return nil }
            let bits = taken.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return size == 4 ? Int64(Int32(truncatingIfNeeded: bits)) : Int64(bitPattern: bits)
        }

        /// The text between two line ends.
        mutating func footer() -> String? {
            guard take(1)?.first == 0x0A, let end = bytes.firstIndex(of: 0x0A) else { return nil }
            return String(validating: bytes[..<end], as: UTF8.self)
        }
    }
}
