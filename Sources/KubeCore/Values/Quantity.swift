/// resource.Quantity: a fixed-point number such as `180`, `500m`, `32Gi` or `1e3`.
///
/// The text is kept as written, so that what a user wrote is read back unchanged; comparison goes by value.
/// As in Kubernetes, digits finer than a nano are rounded up, away from zero.
public struct Quantity: Sendable, LosslessStringConvertible {
    /// As written.
    public let description: String
    /// The value in units of 10^-9.
    public let nanos: Int128

    /// Parses Kubernetes' quantity syntax; nil for anything else and beyond ±2^63-1 whole units.
    public init?(_ text: String) {
        guard let nanos = QuantityParser.nanos(text) else { return nil }
        description = text
        self.nanos = nanos
    }

    /// A quantity of thousandths, written the canonical way: `1500` is `1500m`, `2000` is `2`.
    public init(milli: Int64) {
        description = milli % 1000 == 0 ? String(milli / 1000) : "\(milli)m"
        nanos = Int128(milli) * 1_000_000
    }

    /// Thousandths, rounded up as `MilliValue()` does; nil beyond 64 bits.
    public var milliValue: Int64? { Int64(exactly: Self.roundedUp(nanos, by: 1_000_000)) }

    /// Whole units, rounded up as `Value()` does; nil beyond 64 bits.
    public var value: Int64? { Int64(exactly: Self.roundedUp(nanos, by: 1_000_000_000)) }

    /// Division rounded away from zero.
    private static func roundedUp(_ value: Int128, by divisor: Int128) -> Int128 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder == 0 ? quotient : quotient + (value < 0 ? -1 : 1)
    }
}

extension Quantity: Hashable, Comparable, Codable {
    public static func == (left: Quantity, right: Quantity) -> Bool { left.nanos == right.nanos }
    public static func < (left: Quantity, right: Quantity) -> Bool { left.nanos < right.nanos }
    public func hash(into hasher: inout Hasher) { hasher.combine(nanos) }

    /// Reads a string or, as YAML authors write it, a number.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text: String
        if let string = try? container.decode(String.self) {
            text = string
        } else if let integer = try? container.decode(Int64.self) {
            text = String(integer)
        } else {
            text = String(try container.decode(Double.self))
        }
        guard let value = Quantity(text) else {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "'\(text)' is not a quantity such as 180, 500m or 32Gi"))
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// The grammar of k8s.io/apimachinery's resource.Quantity:
/// sign? (digits | digits.digits | digits. | .digits) (binary SI | decimal SI | exponent)?
private enum QuantityParser {
    static func nanos(_ text: String) -> Int128? {
        var rest = Substring(text).utf8
        var isNegative = false
        if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            isNegative = sign == UInt8(ascii: "-")
            rest.removeFirst()
        }
        let whole = rest.prefix(while: isDigit)
        rest = rest.dropFirst(whole.count)
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            fraction = rest.prefix(while: isDigit)
            rest = rest.dropFirst(fraction.count)
        }
        guard !(whole.isEmpty && fraction.isEmpty), let scale = scale(Substring(rest)) else { return nil }
        guard let magnitude = magnitude(Array(whole), Array(fraction), scale) else { return nil }
        return isNegative ? -magnitude : magnitude
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private enum Scale {
        case decimal(Int)
        case binary(Int)
    }

    private static func scale(_ suffix: Substring) -> Scale? {
        switch suffix {
        case "n": return .decimal(-9)
        case "u": return .decimal(-6)
        case "m": return .decimal(-3)
        case "": return .decimal(0)
        case "k": return .decimal(3)
        case "M": return .decimal(6)
        case "G": return .decimal(9)
        case "T": return .decimal(12)
        case "P": return .decimal(15)
        case "E": return .decimal(18)
        case "Ki": return .binary(10)
        case "Mi": return .binary(20)
        case "Gi": return .binary(30)
        case "Ti": return .binary(40)
        case "Pi": return .binary(50)
        case "Ei": return .binary(60)
        default:
            guard let first = suffix.first, first == "e" || first == "E", let exponent = Int(suffix.dropFirst()),
                (-100...100).contains(exponent)
            else { return nil }
            return .decimal(exponent)
        }
    }

    private static let bound = Int128(Int64.max) * 1_000_000_000

    /// digits × 10^(9 + exponent - fraction digits), or × 2^shift; rounded up below a nano.
    private static func magnitude(_ whole: [UInt8], _ fraction: [UInt8], _ scale: Scale) -> Int128? {
        var digits = Array((whole + fraction).drop { $0 == 0x30 })
        var power = 9 - fraction.count
        while digits.last == 0x30 {
            digits.removeLast()
            power += 1
        }
        guard !digits.isEmpty else { return 0 }
        guard digits.count <= 36 else { return nil }
        var value = digits.reduce(Int128(0)) { $0 * 10 + Int128($1 - 0x30) }
        switch scale {
        case .decimal(let exponent): power += exponent
        case .binary(let shift):
            let (product, overflow) = value.multipliedReportingOverflow(by: Int128(1) << Int128(shift))
            guard !overflow else { return nil }
            value = product
        }
        while power > 0 {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow, product <= bound else { return nil }
            value = product
            power -= 1
        }
        var isInexact = false
        while power < 0, value > 0 {
            isInexact = isInexact || value % 10 != 0
            value /= 10
            power += 1
        }
        let result = isInexact ? value + 1 : value
        return result <= bound ? result : nil
    }
}
