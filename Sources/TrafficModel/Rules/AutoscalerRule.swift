public import Autoscaling
internal import KubeCore

/// The autoscaler itself on one metric, requests a second: ours, or with strict deviations HPA's.
public struct AutoscalerRule: ScalingRule {
    public let name: String
    public let syncSeconds: Int
    private let autoscaler: Autoscaler
    private var state = AutoscalerState()
    private static let start = Timestamp(seconds: 1_767_225_600)

    /// - Parameter policy: with one metric.
    public init(name: String, policy: AutoscalerPolicy, syncSeconds: Int) {
        self.name = name
        self.syncSeconds = max(syncSeconds, 1)
        autoscaler = Autoscaler(policy)
    }

    public mutating func decide(_ view: FleetView) -> Int {
        let now = Self.start + .seconds(view.second)
        let replicas = Int32(clamping: view.replicas)
        let milli = Int64(exactly: (view.rate * 1000).rounded()) ?? .max
        let decision = autoscaler.decide(
            Observation(
                now: now, specReplicas: replicas, statusReplicas: replicas, readyReplicas: Int32(clamping: view.ready),
                readings: [.samples([MetricSample(milli: milli, timestamp: now)])]),
            state: &state)
        autoscaler.recordRescale(decision, at: now, state: &state)
        return Int(decision.replicas)
    }
}
