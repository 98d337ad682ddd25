internal import Autoscaling
internal import DeepSeekAPI
internal import Engines
internal import KubeCore

/// All that goes into one decision beside the metrics.
struct ScalingTick {
    let cluster: DeepSeekCluster
    let spec: AutoscalingSpec
    /// The active revision; nil before there is one.
    let revision: String?
    /// The pods of the active revision.
    let activePods: [Pod]
    let onTheirWay: PodsOnTheirWay
    let now: Timestamp
    /// For how long it takes.
    let startedAt = ContinuousClock.now
    var coldStarts: ColdStartTimes?
    var capacity: CapacityFinding?
    var guardReadings: [GuardReading] = []
    /// Names of the schedules that are under way.
    var schedules: [String] = []
    /// What a person should know although a decision was made.
    var warnings: [AutoscalerEvent] = []

    /// How long a pod is taken to need where none was measured: a model of some ten GB from a fast disk.
    private static let usualColdStart = Duration.seconds(300)

    init(_ cluster: DeepSeekCluster, _ spec: AutoscalingSpec, pods: [Pod], now: Timestamp) {
        self.cluster = cluster
        self.spec = spec
        self.now = now
        let revision = cluster.status?.activeRevision
        self.revision = revision
        activePods = pods.filter { revision != nil && $0.metadata.labels?[Labels.revision] == revision }
        onTheirWay = PodsOnTheirWay(activePods, asked: cluster.spec.replicas ?? 0)
    }

    /// Takes what the pods said, and whether they can do what the targets ask.
    mutating func add(_ loads: GuardReader.Result) {
        guardReadings = loads.readings
        let problems = spec.metrics.compactMap {
            TargetFit($0, engine: cluster.spec.engine, requestSeconds: loads.requestSeconds)?.problem
        }
        warnings += problems.map { AutoscalerEvent(type: .warning, reason: "TargetBeyondReplica", message: $0) }
    }

    func observation(replicas: Int, readings: [MetricReading]) -> Observation {
        Observation(
            now: now, specReplicas: Int32(clamping: replicas),
            statusReplicas: Int32(clamping: cluster.status?.replicas ?? 0),
            readyReplicas: Int32(clamping: cluster.status?.readyReplicas ?? 0), readings: readings,
            capacity: capacity?.bound, guardReadings: guardReadings,
            coldStart: coldStarts?.p90 ?? Self.usualColdStart)
    }
}
