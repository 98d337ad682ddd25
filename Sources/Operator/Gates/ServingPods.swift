internal import DeepSeekAPI
internal import Engines
internal import KubeCore
internal import MetricSources

/// How the pods of one revision are reached and asked: as the revision was made, whatever spec says by now.
struct ServingPods: Sendable, Hashable {
    struct Member: Sendable, Hashable {
        var name: String
        /// Nil for a pod that has no address yet.
        var address: PodAddress?
        var isReady: Bool
        /// Whether its engine may have requests: it runs, ready or not, and also while it is being deleted.
        var mayServe: Bool
    }

    var revision: String
    /// What clients send as "model".
    var model: String
    /// By name.
    var members: [Member]
    /// Nil for an engine that does not tell its load.
    var metrics: EngineMetrics?

    /// Nil for a revision whose ControllerRevision is gone.
    init?(_ revision: String, in world: ObservedCluster) {
        guard let inputs = world.controllerRevision(revision)?.data?["inputs"] else { return nil }
        self.revision = revision
        model = inputs[path: "model", "name"]?.stringValue ?? world.cluster.spec.model.name
        let port = inputs[path: "engine", "port"]?.intValue.flatMap { Int(exactly: $0) } ?? 8000
        let type = inputs[path: "engine", "type"]?.stringValue.flatMap(EngineType.init)
        metrics = type.flatMap { inferenceEngine($0).metrics }
        members = world.pods(revision: revision).map { Member($0, port: port) }.sorted { $0.name < $1.name }
    }

    var ready: [PodAddress] { members.filter(\.isReady).compactMap(\.address) }
}

extension ServingPods.Member {
    init(_ pod: Pod, port: Int) {
        name = pod.metadata.name
        address = pod.status?.podIP.map { PodAddress(ip: $0, port: port) }
        let isRunning = pod.status?.phase == "Running"
        isReady =
            isRunning && !pod.metadata.isBeingDeleted && pod.status?.conditions?[type: "Ready"]?.status == .true
        mayServe = isRunning && address != nil
    }
}
