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
    /// What the load will need by the time that a pod started now is ready. It raises what the metrics ask for, and never
    /// lowers it. nil: no forecast.
    public var forecastReplicas: Int32?
    /// Whether `forecastReplicas` is for a load that jumps: then no rate that nobody asked for holds it back.
    public var isJump: Bool
    /// How many the forecast keeps, since the load may need them again before they could be back; it takes the place of a
    /// scale-down window that nobody asked for. nil: the window holds.
    public var keptReplicas: Int32?
    /// For how many replicas there is room. It holds growth back, and never takes away what runs. nil: no bound.
    public var capacity: Int32?
    /// One reading for each of the policy's guards, in their order.
    public var guardReadings: [GuardReading]
    /// How long a pod takes to be ready: guards add one step in that time.
    public var coldStart: Duration

    public init(
        now: Timestamp, specReplicas: Int32, statusReplicas: Int32, readyReplicas: Int32, readings: [MetricReading],
        forecastReplicas: Int32? = nil, isJump: Bool = false, keptReplicas: Int32? = nil, capacity: Int32? = nil,
        guardReadings: [GuardReading] = [],
        coldStart: Duration = .seconds(300)
    ) {
        self.now = now
        self.specReplicas = specReplicas
        self.statusReplicas = statusReplicas
        self.readyReplicas = readyReplicas
        self.readings = readings
        self.forecastReplicas = forecastReplicas
        self.isJump = isJump
        self.keptReplicas = keptReplicas
        self.capacity = capacity
        self.guardReadings = guardReadings
        self.coldStart = coldStart
    }
}
