/// One metric's proposal, in the controller's own arithmetic (replica_calculator.go, GetExternalPerPodMetricReplicas and
/// GetExternalMetricReplicas): doubles in this order, ceilings, and 32-bit saturation where it has it.
struct ReplicaCalculator: Sendable {
    struct Proposal {
        /// The sum of the samples, thousandths.
        var usage: Int64
        /// Usage by target; 1 is just right. Not a number, or infinite, where there is nothing to divide by.
        var ratio: Double
        /// What the usage needs, before tolerance.
        var raw: Int32
        /// After tolerance: `raw`, or what there is.
        var replicas: Int32
        /// Whether tolerance kept what there is.
        var isWithinTolerance: Bool
    }

    let tolerances: Tolerances
    let deviations: HPADeviations

    private var count: ReplicaCount { ReplicaCount(deviations) }

    /// AverageValue: usage shared among `statusReplicas`.
    func perPod(_ values: [Int64], targetMilli: Int64, statusReplicas: Int32) -> Proposal {
        let usage = Self.perPodSum(values)
        let ratio = Double(usage) / (Double(targetMilli) * Double(statusReplicas))
        let needed = (Double(usage) / Double(targetMilli)).rounded(.up)
        let raw = needed > Double(Int32.max) ? .max : count(needed)
        let isWithin = tolerances.contains(ratio)
        return Proposal(
            usage: usage, ratio: ratio, raw: raw, replicas: isWithin ? statusReplicas : raw, isWithinTolerance: isWithin
        )
    }

    /// Value: the ready pods scaled by the ratio; from zero, the ratio itself. Nil where there is no pod to be scaled by:
    /// for HPA no pod at all, for us none that is ready. Tolerance comes first, as in the controller.
    func total(_ values: [Int64], targetMilli: Int64, _ observation: Observation) -> Proposal? {
        let usage = Self.totalSum(values)
        let ratio = Double(usage) / Double(targetMilli)
        guard observation.specReplicas != 0 else {
            let raw = count(ratio.rounded(.up))
            return Proposal(usage: usage, ratio: ratio, raw: raw, replicas: raw, isWithinTolerance: false)
        }
        let needed = ratio * Double(observation.readyReplicas)
        let raw = needed > Double(Int32.max) ? .max : count(needed.rounded(.up))
        if tolerances.contains(ratio) {
            return Proposal(
                usage: usage, ratio: ratio, raw: raw, replicas: observation.specReplicas, isWithinTolerance: true)
        }
        let isHeld = deviations.contains(.holdWithoutReadyPods) && observation.readyReplicas <= 0
        guard !isHeld, observation.statusReplicas != 0 else { return nil }
        var replicas = raw
        if deviations.contains(.countPodsOnTheirWay) {
            replicas = ratio > 1 ? max(raw, observation.specReplicas) : min(raw, observation.specReplicas)
        }
        return Proposal(usage: usage, ratio: ratio, raw: raw, replicas: replicas, isWithinTolerance: false)
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
