public import KubeCore

/// A container of a pod's spec as JSON, with names for the fields that scheduling and kubelets read.
public struct ContainerView: Sendable {
    public let json: JSONValue

    public init(_ json: JSONValue) { self.json = json }

    public var name: String { json["name"]?.stringValue ?? "" }
    public var image: String { json["image"]?.stringValue ?? "" }
    /// An init container that goes on running beside the others.
    public var isSidecar: Bool { json["restartPolicy"]?.stringValue == "Always" }
    public var startupProbe: ProbeTimes? { json["startupProbe"].map(ProbeTimes.init) }
    public var readinessProbe: ProbeTimes? { json["readinessProbe"].map(ProbeTimes.init) }
    public var hasPreStop: Bool { json[path: "lifecycle", "preStop"] != nil }
    /// What `lifecycle.preStop.sleep` says; nil for any other hook.
    public var preStopSleep: Duration? {
        json[path: "lifecycle", "preStop", "sleep", "seconds"]?.intValue.map { .seconds(max(0, $0)) }
    }

    /// A resource request; as the API server defaults it, an absent one equals the limit.
    var requests: ResourceAmounts {
        let limits = ResourceAmounts(json[path: "resources", "limits"])
        return limits.overlaid(with: ResourceAmounts(json[path: "resources", "requests"]))
    }
}

/// When a probe runs and how often it may fail. Kubernetes' defaults where the spec says nothing.
public struct ProbeTimes: Sendable, Hashable {
    public var initialDelay: Duration
    public var period: Duration
    public var failureThreshold: Int64

    init(_ probe: JSONValue) {
        initialDelay = .seconds(max(0, probe["initialDelaySeconds"]?.intValue ?? 0))
        period = .seconds(max(1, probe["periodSeconds"]?.intValue ?? 10))
        failureThreshold = max(1, probe["failureThreshold"]?.intValue ?? 3)
    }

    /// When the probe has failed as often as it may, counted from the start of the container.
    var budget: Duration {
        let failures = Int32(clamping: failureThreshold)
        return initialDelay + period * failures
    }

    /// The first run of the probe at or after `moment`, both counted from the start of the container.
    func firstRun(atOrAfter moment: Duration) -> Duration {
        guard moment > initialDelay else { return initialDelay }
        let late = (moment - initialDelay).clampedNanoseconds
        let step = period.clampedNanoseconds
        let runs = late / step + (late % step == 0 ? 0 : 1)
        return initialDelay + period * Int32(clamping: runs)
    }
}
