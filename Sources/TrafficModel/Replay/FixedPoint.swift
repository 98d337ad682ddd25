/// A number with so many digits after the point, the same everywhere.
///
/// - Parameters:
///   - value: clamped to ±1e12; what is not a number becomes a dash.
///   - digits: 0 to 6.
public func fixedPoint(_ value: Double, digits: Int) -> String {
    guard !value.isNaN else { return "-" }
    let digits = min(max(digits, 0), 6)
    var unit: Int64 = 1
    for _ in 0..<digits { unit *= 10 }
    let scaled = Int64(exactly: (min(max(value, -1e12), 1e12) * Double(unit)).rounded()) ?? 0
    let sign = scaled < 0 ? "-" : ""
    guard digits > 0 else { return "\(scaled)" }
    let fraction = String(scaled.magnitude % unit.magnitude)
    return "\(sign)\(scaled.magnitude / unit.magnitude)."
        + String(repeating: "0", count: digits - fraction.count) + fraction
}
