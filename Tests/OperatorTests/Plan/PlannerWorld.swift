import DeepSeekAPI
import KubeCore

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
        for _ in 0..<20 where !step().isEmpty {}
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
        let labels = body[path: "metadata", "labels"]?.objectValue ?? [:]
        metadata.labels = labels.compactMapValues(\.stringValue)
        return metadata
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
        case .delete(let resource, let name, _, _):
            world.deployments.removeAll { resource.kind == "Deployment" && $0.metadata.name == name }
            world.disruptionBudgets.removeAll { resource.kind == "PodDisruptionBudget" && $0.metadata.name == name }
            world.revisions.removeAll { resource.kind == "ControllerRevision" && $0.metadata.name == name }
            if resource.kind == "HorizontalPodAutoscaler" { world.autoscaler = nil }
            return "delete \(resource.kind) \(name)"
        case .apply(let application): return apply(application)
        }
    }

    private mutating func apply(_ application: Application) -> String? {
        switch application.resource.kind {
        case "Deployment": return applyDeployment(application)
        case "Service":
            let selector = application.body[path: "spec", "selector"]?.objectValue ?? [:]
            let wanted = Service.Spec(selector: selector.compactMapValues(\.stringValue))
            if world.services[application.name]?.spec?.selector == wanted.selector { return nil }
            world.services[application.name] = Service(metadata: metadata(application.body), spec: wanted)
            return "service \(application.name) -> \(wanted.selector?[Labels.revision] ?? "all")"
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

    private mutating func applyDeployment(_ application: Application) -> String? {
        let replicas = application.body[path: "spec", "replicas"]?.intValue.map(Int.init)
        guard let index = world.deployments.firstIndex(where: { $0.metadata.name == application.name }) else {
            world.deployments.append(
                Deployment(metadata: metadata(application.body), spec: Deployment.Spec(replicas: replicas ?? 1)))
            return "deployment x\(replicas ?? 1)"
        }
        guard let replicas, world.deployments[index].spec.replicas != replicas else { return nil }
        world.deployments[index].spec.replicas = replicas
        world.deployments[index].metadata.generation? += 1
        return "scale \(replicas)"
    }
}
