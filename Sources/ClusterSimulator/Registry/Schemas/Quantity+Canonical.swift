import KubeCore

extension Quantity {
    /// The text that the API server stores: the largest suffix that needs no fraction, of the family that the author
    /// used. `1024Mi` is `1Gi`, `0.5` is `500m`, `1.5Gi` is `1536Mi`.
    ///
    /// The rules of `CanonicalizeBytes` in k8s.io/apimachinery: binary suffixes give way to decimal ones below 1024 and
    /// where there is a fraction.
    var canonical: String {
        guard nanos != 0 else { return "0" }
        let suffix = description.drop { "+-.0123456789".contains($0) }
        let (whole, rest) = nanos.quotientAndRemainder(dividingBy: 1_000_000_000)
        if suffix.hasSuffix("i"), rest == 0, whole.magnitude >= 1024 {
            let (number, steps) = Self.withoutFactors(of: 1024, whole, most: 6)
            return String(number) + ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][steps]
        }
        let (number, steps) = Self.withoutFactors(of: 1000, nanos, most: 9)
        let exponent = steps * 3 - 9
        let isExponential = suffix.count > 1 && (suffix.first == "e" || suffix.first == "E")
        if isExponential { return String(number) + (exponent == 0 ? "" : "e\(exponent)") }
        return String(number) + ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"][steps]
    }

    /// Divides by a factor as often as nothing remains.
    private static func withoutFactors(of factor: Int128, _ value: Int128, most: Int) -> (Int128, Int) {
        var number = value
        var times = 0
        while times < most, number % factor == 0 {
            number /= factor
            times += 1
        }
        return (number, times)
    }
}
