/// A wall-clock time: metav1.Time and metav1.MicroTime. Nanoseconds since 1970-01-01T00:00:00Z.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Nanoseconds since the epoch; years 1678 to 2262.
    public var nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Whole seconds since the epoch, clamped to what nanoseconds in 64 bits can hold.
    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        nanoseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Seconds since the epoch, rounded down.
    public var seconds: Int64 { nanoseconds.flooredQuotient(1_000_000_000) }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        let (sum, overflow) = time.nanoseconds.addingReportingOverflow(duration.clampedNanoseconds)
        return Timestamp(nanoseconds: overflow ? (duration < .zero ? .min : .max) : sum)
    }

    public static func - (time: Timestamp, duration: Duration) -> Timestamp { time + (.zero - duration) }

    /// The time from `earlier` to this one.
    public func since(_ earlier: Timestamp) -> Duration {
        let (difference, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return .nanoseconds(overflow ? (self < earlier ? .min : .max) : difference)
    }
}

extension Duration {
    /// Nanoseconds, clamped to 64 bits (292 years).
    public var clampedNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflow2) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return overflow || overflow2 ? (seconds < 0 ? .min : .max) : sum
    }

    /// Seconds as a floating-point number, for metrics and logs.
    public var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

// MARK: - RFC 3339

extension Timestamp: LosslessStringConvertible, Codable {
    /// Reads RFC 3339, with or without a fraction and with any offset: `2026-01-01T00:00:00.5+08:00`.
    public init?(_ text: String) {
        var reader = RFC3339Reader(text)
        guard let value = reader.read() else { return nil }
        nanoseconds = value
    }

    /// metav1.Time: whole seconds in UTC, `2026-01-01T00:00:00Z`.
    public var description: String { Self.civil(seconds) + "Z" }

    /// metav1.MicroTime: `2026-01-01T00:00:00.000000Z`.
    public var microTime: String {
        let micros = String((nanoseconds - seconds * 1_000_000_000) / 1000)
        return Self.civil(seconds) + "." + String(repeating: "0", count: 6 - micros.count) + micros + "Z"
    }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = Timestamp(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "'\(text)' is not an RFC 3339 time"))
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    private static func civil(_ seconds: Int64) -> String {
        let days = seconds.flooredQuotient(86400)
        let secondOfDay = seconds - days * 86400
        let date = CivilDate(daysSinceEpoch: days)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(date.year)-\(two(date.month))-\(two(date.day))"
            + "T\(two(secondOfDay / 3600)):\(two(secondOfDay / 60 % 60)):\(two(secondOfDay % 60))"
    }
}

/// A reader of RFC 3339 over bytes: times are decoded by the ten thousand, and a formatter is slow.
private struct RFC3339Reader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) { bytes = Array(text.utf8) }

    mutating func read() -> Int64? {
        guard let year = digits(4), take("-"), let month = digits(2), (1...12).contains(month), take("-"),
            let day = digits(2), (1...31).contains(day), take("T") || take("t") || take(" "),
            let hour = digits(2), hour < 24, take(":"), let minute = digits(2), minute < 60, take(":"),
            let second = digits(2), second <= 60, let fraction = fraction(), let offset = offset(),
            position == bytes.count
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        let seconds = days * 86400 + hour * 3600 + minute * 60 + second - offset
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflow2) = product.addingReportingOverflow(fraction)
        return overflow || overflow2 ? nil : sum
    }

    private mutating func digits(_ count: Int) -> Int64? {
        guard position + count <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + count] {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        position += count
        return value
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Nanoseconds after the point; digits past the ninth are dropped.
    private mutating func fraction() -> Int64? {
        guard take(".") else { return 0 }
        var value: Int64 = 0
        var count = 0
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
            if count < 9 { value = value * 10 + Int64(bytes[position] - 0x30) }
            count += 1
            position += 1
        }
        guard count > 0 else { return nil }
        for _ in 0..<max(0, 9 - count) { value *= 10 }
        return value
    }

    private mutating func offset() -> Int64? {
        if take("Z") || take("z") { return 0 }
        let sign: Int64 = take("+") ? 1 : -1
        guard sign == 1 || take("-"), let hours = digits(2), take(":"), let minutes = digits(2) else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
