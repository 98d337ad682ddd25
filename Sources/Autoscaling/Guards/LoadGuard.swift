/// A limit on a pod's load, such as requests in flight: what the metrics alone mis-size, as when generations get longer.
public struct LoadGuard: Sendable, Hashable {
    /// As `spec.autoscaling.guards[].metric` names it.
    public var name: String
    /// Thousandths, positive. Above it the guard asks for more pods.
    public var maxMilli: Int64

    public init(name: String, maxMilli: Int64) {
        self.name = name
        self.maxMilli = maxMilli
    }
}

/// What the pods said of one guard's load at one tick.
public enum GuardReading: Sendable, Hashable {
    /// A load that pods share, so that more of them have less each: the sum, in thousandths, over as many ready pods as
    /// could be read. Neither is negative.
    case shared(sumMilli: Int64, pods: Int32)
    /// One that is felt as a whole, such as a time: thousandths, not negative.
    case whole(milli: Int64)
    /// There is nothing to say: no pod serves, or none has had a request.
    case none
    /// No pod could be read, and why.
    case failed(String)
}

/// One guard's part in a decision.
public struct GuardTrace: Sendable, Hashable {
    public var name: String
    /// The load that counts, thousandths: shared among the pods that are there and those on their way.
    public var valueMilli: Int64?
    public var maxMilli: Int64
    public var isExceeded = false
    /// Why it could not be read.
    public var failure: String?

    public init(name: String, maxMilli: Int64) {
        self.name = name
        self.maxMilli = maxMilli
    }
}
