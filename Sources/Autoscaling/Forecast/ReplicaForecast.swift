/// What the load will need by the time that a pod started now is ready.
public struct ReplicaForecast: Sendable, Hashable {
    public var replicas: Int32
    public var hold: Int32
    /// How far ahead was looked.
    public var horizon: Duration
    /// The metric that asks for most, and its forecast.
    public var metric: String
    public var load: LoadForecast
}
