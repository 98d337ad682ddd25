import KubeCore

/// How a simulated container acts. All durations are non-negative.
public struct PodBehavior: Sendable, Hashable {
    /// How long the image takes to pull.
    public var pullTime: Duration
    /// The image can never be pulled: ErrImagePull, then ImagePullBackOff with the kubelet's growing delays.
    public var imageIsBroken: Bool
    /// From the container's start until the model is loaded and its probes succeed.
    public var loadTime: Duration
    /// The container ends by itself, again and again or a number of times.
    public var exit: ExitRule?
    /// False makes the readiness probe fail.
    public var passesReadiness: Bool
    /// How long a preStop hook runs that is not a `sleep`.
    public var preStopTime: Duration
    /// From the end of the preStop hook until the last request in flight ends, when nobody counts requests.
    public var drainTime: Duration

    public init(
        pullTime: Duration = .seconds(2), imageIsBroken: Bool = false, loadTime: Duration = .zero,
        exit: ExitRule? = nil, passesReadiness: Bool = true, preStopTime: Duration = .zero, drainTime: Duration = .zero
    ) {
        self.pullTime = pullTime
        self.imageIsBroken = imageIsBroken
        self.loadTime = loadTime
        self.exit = exit
        self.passesReadiness = passesReadiness
        self.preStopTime = preStopTime
        self.drainTime = drainTime
    }
}

/// A container that ends by itself.
public struct ExitRule: Sendable, Hashable {
    /// From the container's start.
    public var after: Duration
    public var code: Int64
    /// What the container status says, such as `Error`, `OOMKilled` or `Completed`.
    public var reason: String
    /// Only while the container was restarted fewer times than this; nil for ever.
    public var times: Int64?

    public init(after: Duration, code: Int64, reason: String, times: Int64? = nil) {
        self.after = after
        self.code = code
        self.reason = reason
        self.times = times
    }

    /// The kernel killed the process for its memory.
    public static func outOfMemory(after: Duration, times: Int64? = nil) -> ExitRule {
        ExitRule(after: after, code: 137, reason: "OOMKilled", times: times)
    }

    /// The process failed with exit code 1.
    public static func crash(after: Duration, times: Int64? = nil) -> ExitRule {
        ExitRule(after: after, code: 1, reason: "Error", times: times)
    }
}
