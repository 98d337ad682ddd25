internal import KubeCore

/// What a person asked of the autoscaler: the part of a decision that does not change from tick to tick.
public struct AutoscalerPolicy: Sendable, Hashable {
    /// 0 or more, at most `maxReplicas`.
    public var minReplicas: Int32
    public var maxReplicas: Int32
    /// At least one; the highest proposal wins.
    public var metrics: [MetricTarget]
    /// nil means that the field is absent, which is not the same as its defaults: HPA then uses its older limits (at
    /// most double or 4, no rate downwards, and a window that counts its own edge).
    public var behavior: ScalingBehavior?
    /// Which of our deviations from HPA hold.
    public var deviations: HPADeviations
    /// How old a sample may be by its own timestamp. nil: any age. Only with `.rejectStaleSamples`.
    public var staleness: Duration?
    /// What is done once the metrics stay away. HPA has nothing of the kind: it holds.
    public var fallback: Fallback
    /// Limits on a pod's load, beside the metrics.
    public var guards: [LoadGuard]
    /// Where the metrics are read: HPA names it in its messages.
    public var namespace: String
    /// Whether the autoscaler may wake what it scaled to zero: HPA's feature gate HPAScaleToZero. Without it zero is always
    /// a pause.
    public var canScaleFromZero: Bool
    /// `--horizontal-pod-autoscaler-tolerance`: what holds where `behavior` says nothing.
    public var tolerance: Double
    /// `--horizontal-pod-autoscaler-downscale-stabilization`, seconds: what holds where `behavior` says nothing.
    public var downscaleStabilizationSeconds: Int32

    public init(
        minReplicas: Int32 = 1, maxReplicas: Int32, metrics: [MetricTarget], behavior: ScalingBehavior? = nil,
        deviations: HPADeviations = .standard, staleness: Duration? = nil, fallback: Fallback = .hold,
        guards: [LoadGuard] = [], namespace: String = "",
        canScaleFromZero: Bool = true, tolerance: Double = 0.1, downscaleStabilizationSeconds: Int32 = 300
    ) {
        self.minReplicas = minReplicas
        self.maxReplicas = maxReplicas
        self.metrics = metrics
        self.behavior = behavior
        self.deviations = deviations
        self.staleness = staleness
        self.fallback = fallback
        self.guards = guards
        self.namespace = namespace
        self.canScaleFromZero = canScaleFromZero
        self.tolerance = tolerance
        self.downscaleStabilizationSeconds = downscaleStabilizationSeconds
    }

    /// The usage ratios at which nothing is done.
    var tolerances: Tolerances {
        Tolerances(
            up: behavior?.scaleUp?.tolerance.map(Tolerances.approximate) ?? tolerance,
            down: behavior?.scaleDown?.tolerance.map(Tolerances.approximate) ?? tolerance)
    }
}

/// What happens once no metric has given a number for some time. Neither takes replicas away.
public enum Fallback: Sendable, Hashable {
    /// The replicas stay.
    case hold
    /// After `after` without a number, there are at least so many replicas.
    case atLeast(Int32, after: Duration)
}

/// How far the usage ratio may be from 1 in each direction.
struct Tolerances: Sendable {
    var up: Double
    var down: Double

    /// HPA's comparison; a ratio that is not a number is not within.
    func contains(_ ratio: Double) -> Bool { (1.0 - down) <= ratio && ratio <= (1.0 + up) }

    /// `Quantity.AsApproximateFloat64`: the canonical mantissa times a power of ten, rounded twice, which is not always
    /// the nearest double to the written number (`9m` is 0.009000000000000001).
    static func approximate(_ quantity: Quantity) -> Double {
        var mantissa = quantity.nanos
        var divisor = 1e9
        while mantissa != 0, mantissa % 1000 == 0, divisor > 1 {
            mantissa /= 1000
            divisor /= 1000
        }
        return divisor == 1 ? Double(mantissa) : Double(mantissa) * (1 / divisor)
    }
}
