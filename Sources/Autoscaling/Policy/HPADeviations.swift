/// What we do otherwise than HPA, each with its reason (docs/autoscaling.md tells them at length). `.strict` is HPA, its
/// faults included.
public struct HPADeviations: OptionSet, Sendable, Hashable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// A negative sample or a sum beyond 64 bits makes the metric unusable. HPA takes a negative sum for an overflow
    /// and jumps to the maximum.
    public static let rejectInvalidSamples = HPADeviations(rawValue: 1 << 0)
    /// A sample older than the policy's staleness makes the metric unusable. HPA acts on a value of any age.
    public static let rejectStaleSamples = HPADeviations(rawValue: 1 << 1)
    /// A Value target needs a ready pod to be scaled by. HPA multiplies by zero and falls to the minimum.
    public static let holdWithoutReadyPods = HPADeviations(rawValue: 1 << 2)
    /// What an empty result means is the metric's own setting. For HPA it is always a failure.
    public static let honorOnEmpty = HPADeviations(rawValue: 1 << 3)
    /// Replica counts beyond 32 bits saturate. HPA's become -2147483648 (Go on amd64), which asks for the least where
    /// the most is needed.
    public static let saturateCounts = HPADeviations(rawValue: 1 << 4)
    /// Who scaled to zero is remembered in the state; where nothing is remembered yet and `minReplicas` is 0, load wakes.
    /// HPA remembers it in a condition ScaledToZero, and without that takes every zero for a pause.
    public static let rememberScaleToZero = HPADeviations(rawValue: 1 << 5)
    /// Messages name a metric once, and every rescale has a reason. HPA writes `(nil)` after a metric without a
    /// selector, wraps an error three times, and gives no reason for a rescale that a window alone caused.
    public static let plainMessages = HPADeviations(rawValue: 1 << 6)
    /// Over its target a Value metric never lowers the replicas, and under it never raises them. HPA scales the pods that
    /// are ready, and so takes back those that still load while there is too much load for the rest.
    public static let countPodsOnTheirWay = HPADeviations(rawValue: 1 << 7)

    /// Exactly HPA.
    public static let strict: HPADeviations = []
    public static let standard: HPADeviations = [
        .rejectInvalidSamples, .rejectStaleSamples, .holdWithoutReadyPods, .honorOnEmpty, .saturateCounts,
        .rememberScaleToZero, .plainMessages, .countPodsOnTheirWay,
    ]
}
