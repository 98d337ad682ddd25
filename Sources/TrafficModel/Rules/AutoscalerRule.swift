public import Autoscaling
internal import KubeCore

/// The autoscaler itself on one metric, requests a second: ours, or with strict deviations HPA's.
public struct AutoscalerRule: ScalingRule {
    public let name: String
    public let syncSeconds: Int
    private let autoscaler: Autoscaler
    private var state = AutoscalerState()
    private var forecaster: ReplicaForecaster?
    private var coldStart = ColdStartTimes()
    /// A Thursday, 00:00 UTC.
    private static let start = Timestamp(seconds: 1_767_225_600)

    /// - Parameters:
    ///   - policy: with one metric.
    ///   - forecasts: whether it scales to the load that is expected a cold start ahead.
    public init(name: String, policy: AutoscalerPolicy, syncSeconds: Int, forecasts: Bool = false) {
        self.name = name
        self.syncSeconds = max(syncSeconds, 1)
        autoscaler = Autoscaler(policy)
        forecaster = forecasts ? ReplicaForecaster() : nil
    }

    public mutating func decide(_ view: FleetView) -> Int {
        let now = Self.start + .seconds(view.second)
        let replicas = Int32(clamping: view.replicas)
        let milli = Int64(exactly: (view.rate * 1000).rounded()) ?? .max
        var observation = Observation(
            now: now, specReplicas: replicas, statusReplicas: replicas, readyReplicas: Int32(clamping: view.ready),
            readings: [.samples([MetricSample(milli: milli, timestamp: now)])])
        if let start = view.start { coldStart.record(.seconds(start)) }
        forecaster?.forecast(
            &observation, policy: autoscaler.policy, coldStart: coldStart,
            onTheirWay: PodsOnTheirWay(scheduledAt: view.askedAt.map { Self.start + .seconds($0) }),
            syncPeriod: .seconds(syncSeconds))
        let decision = autoscaler.decide(observation, state: &state)
        autoscaler.recordRescale(decision, at: now, state: &state)
        return Int(decision.replicas)
    }
}
