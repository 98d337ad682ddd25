public import KubeCore

/// What the autoscaler sees at one tick.
public struct Observation: Sendable, Hashable {
    /// Wall-clock time.
    public var now: Timestamp
    /// What is asked for: `spec.replicas`.
    public var specReplicas: Int32
    /// What there is: `status.replicas`, pods that still load included.
    public var statusReplicas: Int32
    /// Pods that are ready.
    public var readyReplicas: Int32
    /// One reading for each of the policy's metrics, in their order.
    public var readings: [MetricReading]

    public init(
        now: Timestamp, specReplicas: Int32, statusReplicas: Int32, readyReplicas: Int32, readings: [MetricReading]
    ) {
        self.now = now
        self.specReplicas = specReplicas
        self.statusReplicas = statusReplicas
        self.readyReplicas = readyReplicas
        self.readings = readings
    }
}
