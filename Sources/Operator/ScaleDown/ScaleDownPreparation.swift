internal import DeepSeekAPI
internal import Engines
internal import HTTPTransport
internal import KubeClient
internal import KubeCore
internal import MetricSources
internal import Telemetry

/// Sees to it that the least-loaded pods go first: before a Deployment loses replicas, whoever wished for it.
///
/// It never keeps a scale-down from happening: pods that do not tell their load, and writes that fail, leave the choice
/// to the ReplicaSet. Nothing is written where nothing is scaled down.
struct ScaleDownPreparation: Sendable {
    /// The pods that are asked at one scale-down; the youngest of more.
    private static let maximumPods = 256
    /// For one pod's answer, and thereby for all: they are asked side by side.
    private static let timeout = Duration.seconds(1)

    /// Past the leader's fence: pods are only read.
    let transport: any Transport
    let client: KubeClient
    let log: Logger

    /// Marks the victims of a scale-down that is about to be written.
    func prepare(_ action: Action, in world: ObservedCluster) async {
        guard case .apply(let application) = action, let scaleDown = ScaleDown(application, in: world) else { return }
        let loads = await loads(of: scaleDown.pods, world.cluster.spec.engine)
        let candidates = scaleDown.pods.map { ScaleDownVictims.Candidate($0, inFlight: loads[$0.metadata.name]) }
        let victims = ScaleDownVictims(candidates, dropping: scaleDown.pods.count - scaleDown.replicas)
        await write(victims, scaleDown.pods, world.cluster)
    }

    /// Takes the marks away where no pod is to go any more: the scale-down was called off. One that was just written is
    /// not yet to be seen in `world`.
    func release(_ world: ObservedCluster, after actions: [Action]) async {
        guard !world.cluster.spec.resolvedPaused, !actions.contains(where: { Self.isScaleDown($0, in: world) }) else {
            return
        }
        for deployment in world.deployments where world.owns(deployment.metadata) {
            let pods = world.livePods(of: deployment)
            guard pods.count <= deployment.spec.replicas ?? 1 else { continue }
            await write(
                ScaleDownVictims(pods.map { ScaleDownVictims.Candidate($0) }, dropping: 0), pods, world.cluster)
        }
    }

    private static func isScaleDown(_ action: Action, in world: ObservedCluster) -> Bool {
        if case .apply(let application) = action { ScaleDown(application, in: world) != nil } else { false }
    }

    /// A Deployment that is about to lose replicas.
    private struct ScaleDown {
        let pods: [Pod]
        let replicas: Int

        init?(_ application: Application, in world: ObservedCluster) {
            guard application.resource == Deployment.resourceType,
                let replicas = application.body[path: "spec", "replicas"]?.intValue.flatMap({ Int(exactly: $0) }),
                let deployment = world.deployments.first(where: { $0.metadata.name == application.name }),
                world.owns(deployment.metadata), replicas < deployment.spec.replicas ?? 1
            else { return nil }
            self.replicas = replicas
            pods = world.livePods(of: deployment)
            guard pods.count > replicas, replicas > 0 else { return nil }
        }
    }

    // MARK: Loads

    /// Requests in flight by pod, of those that tell.
    private func loads(of pods: [Pod], _ engine: EngineSpec) async -> [String: Int] {
        guard let metrics = inferenceEngine(engine.type).metrics else { return [:] }
        let ready = pods.filter(\.isReady).sorted {
            ($0.metadata.creationTimestamp?.nanoseconds ?? 0) > ($1.metadata.creationTimestamp?.nanoseconds ?? 0)
        }
        let probe = PodProbe(transport, timeout: Self.timeout)
        return await withTaskGroup(of: (String, Int?).self) { group in
            for pod in ready.prefix(Self.maximumPods) {
                guard let ip = pod.status?.podIP, !ip.isEmpty else { continue }
                let address = PodAddress(ip: ip, port: engine.resolvedPort)
                group.addTask { (pod.metadata.name, await inFlight(probe, metrics, address)) }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private func inFlight(_ probe: PodProbe, _ metrics: EngineMetrics, _ address: PodAddress) async -> Int? {
        do {
            return try await probe.read(metrics, address: address).inFlight
        } catch {
            log.debug("a pod does not tell its load", error: error, ["address": address.ip])
            return nil
        }
    }

    // MARK: Writing

    private func write(_ victims: ScaleDownVictims, _ pods: [Pod], _ cluster: DeepSeekCluster) async {
        let uids = Dictionary(pods.map { ($0.metadata.name, $0.metadata.uid) }, uniquingKeysWith: { first, _ in first })
        let api = Api<Written>(client, Pod.resourceType, namespace: cluster.metadata.namespace)
        await withTaskGroup(of: Void.self) { group in
            for (name, cost) in victims.costs.sorted(by: { $0.key < $1.key }) {
                group.addTask {
                    await annotate(api, name, uids[name] ?? nil, cost: .string(String(cost)), mark: "true")
                }
            }
            for name in victims.pardoned {
                group.addTask { await annotate(api, name, uids[name] ?? nil, cost: .null, mark: .null) }
            }
        }
    }

    private struct Written: Decodable {}

    /// The uid goes along, so that another pod of the name is a conflict.
    private func annotate(
        _ api: Api<Written>, _ name: String, _ uid: String?, cost: JSONValue, mark: JSONValue
    ) async {
        var patch: JSONValue = [
            "metadata": [
                "annotations": [
                    .init(ScaleDownVictims.Candidate.costAnnotation): cost,
                    .init(ScaleDownVictims.Candidate.markAnnotation): mark,
                ]
            ]
        ]
        patch[path: "metadata", "uid"] = uid.map(JSONValue.string)
        do throws(KubeError) {
            let options = WriteOptions(fieldManager: FieldManager.scaling.rawValue)
            _ = try await api.patch(name, .merge(patch), options: options)
        } catch {
            // Gone or changing hands: then there is nothing to choose.
            guard !error.isNotFound, !error.isConflict else { return }
            log.warning("a pod's deletion cost was not written", error: error, ["pod": name])
        }
    }
}

extension ObservedCluster {
    /// The pods of a Deployment that are not on their way out.
    fileprivate func livePods(of deployment: Deployment) -> [Pod] {
        guard let revision = deployment.metadata.labels?[Labels.revision] else { return [] }
        return pods(revision: revision).filter {
            !$0.metadata.isBeingDeleted && !["Succeeded", "Failed"].contains($0.status?.phase ?? "")
        }
    }
}
