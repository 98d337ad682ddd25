/// Reads decimal text into thousandths without going through a Double, which cannot hold them all.
///
/// Rounded to the nearest thousandth, halves away from zero: a rate of `540.0000000000001` is 540, and must not ask for
/// one more replica.
enum DecimalMilli {
    static func parse(_ text: String) -> Result<Int64, InvalidSample> {
        switch text {
        case "NaN": return .failure(.notANumber)
        case "+Inf", "Inf": return .failure(.infinite(isNegative: false))
        case "-Inf": return .failure(.infinite(isNegative: true))
        default: break
        }
        guard let number = Decimal(text) else { return .failure(.malformed(MetricSourceError.cut(text, to: 40))) }
        guard let milli = number.milli else { return .failure(.outOfRange(MetricSourceError.cut(text, to: 40))) }
        return .success(milli)
    }

    /// sign? digits? (. digits?)? ((e|E) sign? digits)?, with at least one digit before the exponent.
    private struct Decimal {
        private var isNegative = false
        /// Without leading zeros.
        private var digits: [UInt8] = []
        /// The value is 0.DIGITS x 10^point.
        private var point = 0

        init?(_ text: String) {
            var rest = text.utf8[...]
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                isNegative = sign == UInt8(ascii: "-")
                rest.removeFirst()
            }
            let whole = rest.prefix(while: Self.isDigit)
            rest = rest[whole.endIndex...]
            var fraction = rest.prefix(0)
            if rest.first == UInt8(ascii: ".") {
                rest.removeFirst()
                fraction = rest.prefix(while: Self.isDigit)
                rest = rest[fraction.endIndex...]
            }
            guard !(whole.isEmpty && fraction.isEmpty) else { return nil }
            var exponent = 0
            if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
                // An exponent too long for an Int is not worth reading: no source writes it.
                guard let number = Int(Substring(rest.dropFirst())), abs(number) <= 10_000 else { return nil }
                exponent = number
                rest = rest.suffix(0)
            }
            guard rest.isEmpty else { return nil }
            let all = Array(whole) + Array(fraction)
            let significant = all.drop { $0 == UInt8(ascii: "0") }
            digits = significant.map { $0 - UInt8(ascii: "0") }
            point = digits.isEmpty ? 0 : whole.count + exponent - (all.count - significant.count)
        }

        private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

        /// Thousandths, or nil beyond 64 bits.
        var milli: Int64? {
            let length = point + 3
            guard length >= 0 else { return 0 }
            guard length <= 19 else { return digits.isEmpty ? 0 : nil }
            var magnitude: UInt64 = 0
            for index in 0..<length {
                magnitude = magnitude * 10 + UInt64(index < digits.count ? digits[index] : 0)
            }
            if length < digits.count, digits[length] >= 5 { magnitude += 1 }
            guard magnitude <= UInt64(Int64.max) else { return nil }
            return isNegative ? -Int64(magnitude) : Int64(magnitude)
        }
    }
}
