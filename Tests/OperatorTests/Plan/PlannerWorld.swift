import DeepSeekAPI
import KubeCore
import Migration

@testable import Operator

/// A cluster and the objects that the planner would see of it, as a server would hold them after each write.
struct PlannerWorld {
    var world: ObservedCluster
    var planner: ClusterPlanner
    var now = Timestamp(seconds: 1_700_000_000)
    private var nextVersion = 100

    init(
        policy: AdministratorPolicy = AdministratorPolicy(),
        _ change: (inout DeepSeekClusterSpec) -> Void = { _ in }
    ) {
        var spec = DeepSeekClusterSpec(
            model: ModelSpec(name: "r1", source: ModelSource(pvc: .init(claimName: "models"))),
            engine: EngineSpec(type: .vllm, image: "vllm/vllm-openai:v0.33.0"))
        change(&spec)
        var metadata = ObjectMeta(name: "r1", namespace: "default")
        metadata.uid = "uid-r1"
        metadata.resourceVersion = "1"
        metadata.generation = 1
        world = ObservedCluster(cluster: DeepSeekCluster(metadata: metadata, spec: spec))
        planner = ClusterPlanner(policy: policy)
    }

    var plan: Plan { planner.plan(world, scaling: nil, now: now) }

    /// Carries a plan out and returns what it did, one word an action.
    @discardableResult
    mutating func step() -> [String] {
        let plan = plan
        var did: [String] = []
        for step in plan.steps { if let word = carryOut(step.action) { did.append(word) } }
        world.cluster.status = plan.status
        return did
    }

    /// Steps until nothing changes.
    mutating func settle() {
        for _ in 0..<30 where !step().isEmpty {}
    }

    /// Brings the first revision up to where it serves, and returns it.
    mutating func serve() -> String {
        settle()
        let revision = world.activeRevision ?? ""
        setReady(revision)
        settle()
        return revision
    }

    /// Makes every replica of a revision ready, or none.
    mutating func setReady(_ revision: String?, _ isReady: Bool = true) {
        guard let revision,
            let index = world.deployments.firstIndex(where: { $0.metadata.name == "r1-\(revision)" })
        else { return }
        let replicas = world.deployments[index].spec.replicas ?? 1
        world.deployments[index].status = Deployment.Status(
            observedGeneration: world.deployments[index].metadata.generation, replicas: replicas,
            readyReplicas: isReady ? replicas : 0)
    }

    private mutating func metadata(_ body: JSONValue) -> ObjectMeta {
        nextVersion += 1
        var metadata = ObjectMeta(name: body[path: "metadata", "name"]?.stringValue ?? "", namespace: "default")
        metadata.uid = "uid-\(nextVersion)"
        metadata.resourceVersion = "\(nextVersion)"
        metadata.generation = 1
        metadata.ownerReferences = [world.cluster.controllerReference()]
        metadata.labels = Self.texts(body[path: "metadata", "labels"])
        metadata.annotations = Self.texts(body[path: "metadata", "annotations"])
        return metadata
    }

    private static func texts(_ object: JSONValue?) -> [String: String] {
        (object?.objectValue ?? [:]).compactMapValues(\.stringValue)
    }

    private mutating func carryOut(_ action: Action) -> String? {
        switch action {
        case .fillReplicas(let replicas):
            world.cluster.spec.replicas = replicas
            return "fill \(replicas)"
        case .create(_, let body, _):
            let revision = body["revision"]?.intValue ?? 0
            world.revisions.append(
                ControllerRevision(metadata: metadata(body), revision: revision, data: body["data"]))
            return "create revision"
        case .createNew(let resource, let body, _): return create(resource, body)
        case .removeSelectorKeys(let keys, let service):
            for key in keys { world.services[service.name]?.spec?.selector?[key] = nil }
            return "remove \(keys.joined(separator: " "))"
        case .delete(let resource, let name, _, _):
            world.deployments.removeAll { resource.kind == "Deployment" && $0.metadata.name == name }
            world.disruptionBudgets.removeAll { resource.kind == "PodDisruptionBudget" && $0.metadata.name == name }
            world.revisions.removeAll { resource.kind == "ControllerRevision" && $0.metadata.name == name }
            if resource.kind == "HorizontalPodAutoscaler" { world.autoscaler = nil }
            return "delete \(resource.kind) \(name)"
        case .apply(let application): return apply(application)
        }
    }

    private mutating func create(_ resource: ResourceType, _ body: JSONValue) -> String {
        let metadata = metadata(body)
        guard resource.kind == "Deployment" else {
            world.services[metadata.name] = Service(metadata: metadata, spec: Service.Spec(selector: [:]))
            return "create service \(metadata.name)"
        }
        let replicas = body[path: "spec", "replicas"]?.intValue.map(Int.init) ?? 1
        world.deployments.append(Deployment(metadata: metadata, spec: Deployment.Spec(replicas: replicas)))
        return "deployment x\(replicas)"
    }

    private mutating func apply(_ application: Application) -> String? {
        switch application.resource.kind {
        case "Deployment": return applyDeployment(application)
        case "Service": return applyService(application)
        case "PodDisruptionBudget":
            if world.disruptionBudgets.contains(where: { $0.metadata.name == application.name }) { return nil }
            world.disruptionBudgets.append(PodDisruptionBudget(metadata: metadata(application.body)))
            return "budget"
        case "HorizontalPodAutoscaler":
            guard world.autoscaler?.spec != application.body["spec"] else { return nil }
            let old = world.autoscaler?.metadata
            world.autoscaler = HorizontalPodAutoscaler(
                metadata: old ?? metadata(application.body), spec: application.body["spec"])
            return "autoscaler"
        default:
            if world.serviceAccount != nil { return nil }
            world.serviceAccount = ServiceAccount(metadata: metadata(application.body))
            return "account"
        }
    }

    /// The selector's change in words, or else the record's step.
    private mutating func applyService(_ application: Application) -> String? {
        let selector = Self.texts(application.body[path: "spec", "selector"])
        let old = world.services[application.name]
        var new = metadata(application.body)
        new.uid = old?.metadata.uid ?? new.uid
        guard old?.spec?.selector != selector || old?.metadata.annotations != new.annotations else { return nil }
        world.services[application.name] = Service(metadata: new, spec: Service.Spec(selector: selector))
        if old?.spec?.selector != selector {
            return "service \(application.name) -> \(selector[Labels.revision] ?? "all")"
        }
        let record = new.annotations?[MigrationAnnotation.record].flatMap { try? MigrationRecord(annotation: $0) }
        return "record \(record?.step.rawValue ?? "none")"
    }

    private mutating func applyDeployment(_ application: Application) -> String? {
        guard let index = world.deployments.firstIndex(where: { $0.metadata.name == application.name }) else {
            return "apply to no Deployment"
        }
        nextVersion += 1
        var did: [String] = []
        if let claim = application.body[path: ["metadata", "annotations", MigrationAnnotation.claim]]?.stringValue,
            claim != world.deployments[index].metadata.annotations?[MigrationAnnotation.claim]
        {
            world.deployments[index].metadata.annotations?[MigrationAnnotation.claim] = claim
            did.append("claim")
        }
        if let replicas = application.body[path: "spec", "replicas"]?.intValue.map(Int.init),
            world.deployments[index].spec.replicas != replicas
        {
            world.deployments[index].spec.replicas = replicas
            world.deployments[index].metadata.generation? += 1
            did.append("scale \(replicas)")
        }
        guard !did.isEmpty else { return nil }
        world.deployments[index].metadata.resourceVersion = "\(nextVersion)"
        return did.joined(separator: " ")
    }

    /// What the live Service remembers.
    var record: MigrationRecord? { LiveService(world)?.record }
}
