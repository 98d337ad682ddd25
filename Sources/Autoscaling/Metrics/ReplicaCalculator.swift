/// One metric's proposal, in the controller's own arithmetic (replica_calculator.go, GetExternalPerPodMetricReplicas and
/// GetExternalMetricReplicas): doubles in this order, ceilings, and 32-bit saturation where it has it.
struct ReplicaCalculator {
    struct Proposal {
        /// The sum of the samples, thousandths.
        var usage: Int64
        /// Usage by target; 1 is just right.
        var ratio: Double
        /// What the usage needs, before tolerance.
        var raw: Int32
        /// After tolerance: `raw`, or what there is.
        var replicas: Int32
        /// Whether tolerance kept what there is.
        var isWithinTolerance: Bool
    }

    let tolerances: Tolerances

    /// AverageValue: usage shared among `statusReplicas`. `targetMilli` is positive.
    func perPod(_ values: [Int64], targetMilli: Int64, statusReplicas: Int32) -> Proposal {
        let usage = Self.perPodSum(values)
        let ratio = Double(usage) / (Double(targetMilli) * Double(statusReplicas))
        let needed = (Double(usage) / Double(targetMilli)).rounded(.up)
        let raw = needed > Double(Int32.max) ? .max : Int32(goConverting: needed)
        let isWithin = tolerances.contains(ratio)
        return Proposal(
            usage: usage, ratio: ratio, raw: raw, replicas: isWithin ? statusReplicas : raw, isWithinTolerance: isWithin
        )
    }

    /// Value: the ready pods scaled by the ratio; from zero, the ratio itself. `targetMilli` is positive.
    func total(_ values: [Int64], targetMilli: Int64, specReplicas: Int32, readyReplicas: Int32) -> Proposal {
        let usage = Self.totalSum(values)
        let ratio = Double(usage) / Double(targetMilli)
        guard specReplicas != 0 else {
            let raw = Int32(goConverting: ratio.rounded(.up))
            return Proposal(usage: usage, ratio: ratio, raw: raw, replicas: raw, isWithinTolerance: false)
        }
        let needed = ratio * Double(readyReplicas)
        let raw = needed > Double(Int32.max) ? .max : Int32(goConverting: needed.rounded(.up))
        let isWithin = tolerances.contains(ratio)
        return Proposal(
            usage: usage, ratio: ratio, raw: raw, replicas: isWithin ? specReplicas : raw, isWithinTolerance: isWithin)
    }

    /// A negative sum counts as an overflow here, which is why a negative sample jumps to the maximum in HPA.
    private static func perPodSum(_ values: [Int64]) -> Int64 {
        var usage: Int64 = 0
        for value in values {
            usage &+= value
            if usage < 0 { return .max }
        }
        return usage
    }

    private static func totalSum(_ values: [Int64]) -> Int64 {
        var usage: Int64 = 0
        for value in values {
            if value > 0, usage > Int64.max - value { return .max }
            usage &+= value
        }
        return usage
    }
}

extension Int32 {
    /// Go's int32(float64) on amd64: towards zero, and the smallest number for whatever does not fit.
    init(goConverting value: Double) { self = Int32(exactly: value.rounded(.towardZero)) ?? .min }
}
