import ClusterSimulator
import DeepSeekAPI
import KubeCore
import PodModel

/// All that is shown of one moment.
struct Snapshot: Sendable {
    struct PodLine: Sendable {
        enum State: String, CaseIterable, Sendable { case pending, pulling, loading, ready, draining }

        var name: String
        var node: String
        var state: State
        var age: Duration
        var load: PodLoad
    }

    var elapsed: Duration
    var traffic: Traffic.Reading
    /// Nil until the operator has filled it.
    var desired: Int?
    var readyReplicas = 0
    var phase = "-"
    /// The stages of the autoscaler's last decision, and its reason.
    var decision: String?
    /// The step of the migration that is under way, and what it waits for.
    var migration: (step: String, waitingFor: String)?
    /// The oldest first.
    var pods: [PodLine] = []

    /// Reads the control plane. Errors: `Status`, but none as long as the resource is not applied.
    init(_ controlPlane: ControlPlane, at elapsed: Duration) throws(Status) {
        self.elapsed = elapsed
        traffic = controlPlane.traffic.reading
        do throws(Status) {
            read(try controlPlane.cluster.get(DeepSeekCluster.resourceType, DemoResource.key))
        } catch {
            guard error.isNotFound else { throw error }
        }
        let now = controlPlane.cluster.now
        pods = try controlPlane.pods().map { pod in
            PodLine(
                name: pod.name, node: pod.nodeName ?? "-", state: Self.state(of: pod),
                age: pod.creationTimestamp.map(now.since) ?? .zero, load: traffic.loads[pod.uid] ?? PodLoad())
        }.sorted { ($1.age, $0.name) < ($0.age, $1.name) }
    }

    /// How many pods there are in a state.
    func count(_ state: PodLine.State) -> Int { pods.count { $0.state == state } }

    private mutating func read(_ cluster: JSONValue) {
        desired = cluster[path: "spec", "replicas"]?.intValue.map(Int.init)
        readyReplicas = cluster[path: "status", "readyReplicas"]?.intValue.map(Int.init) ?? 0
        phase = cluster[path: "status", "phase"]?.stringValue ?? "-"
        if let step = cluster[path: "status", "migration", "step"]?.stringValue, step != "Stable" {
            migration = (step, cluster[path: "status", "migration", "waitingFor"]?.stringValue ?? "")
        }
        guard let last = cluster[path: "status", "autoscaling", "lastDecision"] else { return }
        let stages = ["raw", "stabilized", "limited", "final"].compactMap { stage in
            last[stage]?.intValue.map { "\(stage) \($0)" }
        }
        decision = (stages + [last["reason"]?.stringValue].compactMap(\.self)).joined(separator: " · ")
    }

    private static func state(of pod: PodView) -> PodLine.State {
        if pod.isBeingDeleted { return .draining }
        if pod.isReady { return .ready }
        if pod.nodeName == nil { return .pending }
        return pod.podIP == nil ? .pulling : .loading
    }
}
