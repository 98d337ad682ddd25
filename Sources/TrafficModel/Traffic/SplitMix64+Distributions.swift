public import Base
internal import Glibc

/// What made traffic draws from.
extension SplitMix64 {
    /// 0 or more, less than 1.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Of mean 0 and deviation 1 (Box and Muller).
    public mutating func normal() -> Double {
        let angle = 2 * Double.pi * unit()
        return (-2 * log(1 - unit())).squareRoot() * cos(angle)
    }

    /// How many come where `mean` are expected. Knuth's multiplication for few; for many the normal distribution comes close.
    public mutating func poisson(_ mean: Double) -> Int {
        guard mean < 50 else { return Int(exactly: max(mean + mean.squareRoot() * normal(), 0).rounded()) ?? 0 }
        let limit = exp(-mean)
        var product = unit()
        var count = 0
        while product > limit {
            product *= unit()
            count += 1
        }
        return count
    }
}
