/// Brings computed numbers into the 32 bits of a replica count, as Go does or safely.
struct ReplicaCount {
    /// False is Go on amd64, whose conversions wrap.
    let saturates: Bool

    init(_ deviations: HPADeviations) { saturates = deviations.contains(.saturateCounts) }

    /// Towards zero. What does not fit becomes the nearest end, or as in Go the smallest number there is.
    func callAsFunction(_ value: Double) -> Int32 {
        let whole = value.rounded(.towardZero)
        if let exact = Int32(exactly: whole) { return exact }
        guard saturates else { return .min }
        return whole.isNaN ? 0 : whole < 0 ? .min : .max
    }

    /// A sum or difference of counts.
    func callAsFunction(_ value: Int64) -> Int32 {
        saturates ? Int32(clamping: value) : Int32(truncatingIfNeeded: value)
    }
}
