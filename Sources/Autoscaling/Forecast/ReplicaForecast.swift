/// What the load will need by the time that a pod started now is ready.
public struct ReplicaForecast: Sendable, Hashable {
    public var replicas: Int32
    /// How many should not be given back, since the load may need them again before they could be; nil where too little is
    /// known to give any back for it.
    public var kept: Int32?
    /// How far ahead was looked.
    public var horizon: Duration
    /// The metric that asks for most, and its forecast.
    public var metric: String
    public var load: LoadForecast
}
