internal import DeepSeekAPI
internal import KubeCore
internal import Migration

/// A migration's writes as requests: who owns what of an object, and which version of it is meant.
struct MigrationSteps {
    var situation: Situation
    var manifests: Manifests
    var plan: MigrationPlan

    private var world: ObservedCluster { situation.world }
    private var names: ObjectNames { situation.names }

    func steps() -> [Plan.Step] { plan.actions.compactMap(step) }

    private func step(_ action: MigrationAction) -> Plan.Step? {
        switch action {
        case .createDeployment(let revision, let replicas, let claim): create(revision, replicas, claim)
        case .scale(let write): scale(write)
        case .writeLive(let write): live(write)
        case .deleteDeployment(let revision, let uid, let version):
            Plan.Step(
                action: .delete(
                    Deployment.resourceType, name: names.revision(revision), uid: uid, resourceVersion: version),
                note: .init(
                    reason: "RevisionRetired", action: "Retire",
                    message: "deleted Deployment \(names.revision(revision))"))
        case .deleteRevision(let revision, let uid, let version):
            Plan.Step(
                action: .delete(
                    ControllerRevision.resourceType, name: names.revision(revision), uid: uid, resourceVersion: version)
            )
        }
    }

    /// Whole from the first moment on, so that it never has the server's default of one replica. The managers of
    /// template and replicas come in as owners of their parts when they first apply them.
    private func create(_ revision: String, _ replicas: Int, _ claim: Int64) -> Plan.Step? {
        guard let template = world.controllerRevision(revision)?.data?["template"] else { return nil }
        var body = manifests.deployment(revision, template: template, restartedAt: nil)
        body[path: "spec", "replicas"] = JSONValue(replicas)
        body[path: "metadata", "annotations"] = [MigrationAnnotation.claim: .string("\(claim)")]
        return Plan.Step(action: .createNew(Deployment.resourceType, body: body, manager: .template))
    }

    private func scale(_ write: ScaleWrite) -> Plan.Step? {
        guard let observed = world.deployment(revision: write.revision) else { return nil }
        let name = names.revision(write.revision)
        let old = observed.spec.replicas ?? 1
        let note =
            old == write.replicas
            ? nil
            : Plan.Note(
                reason: "ScalingReplicas", action: "Scale",
                message: "scaled \(name) from \(old) to \(write.replicas)")
        return Plan.Step(
            action: .apply(
                Application(
                    resource: Deployment.resourceType, name: name, manager: .scaling,
                    body: manifests.scale(write.revision, replicas: write.replicas, claim: write.claim),
                    observed: observed.metadata, isExact: true)), note: note)
    }

    /// A Service is created without its selector, which the next look adds by an apply: what a create sets stays owned
    /// by it, and a key of the selector that it owned could not be taken away by another apply.
    private func live(_ write: LiveWrite) -> Plan.Step? {
        guard let record = try? write.record.annotation else { return nil }
        switch write.precondition {
        case .absent:
            let body = manifests.liveService(selecting: .none, record: record)
            return Plan.Step(action: .createNew(Service.resourceType, body: body, manager: .network))
        case .version:
            let observed = world.services[names.liveService]
            if let foreign = foreignKeys(observed), let observed {
                return Plan.Step(action: .removeSelectorKeys(foreign, of: observed.metadata))
            }
            let body = manifests.liveService(selecting: write.selection, record: record)
            var step = Plan.Step(
                action: .apply(
                    Application(
                        resource: Service.resourceType, name: names.liveService, manager: .network, body: body,
                        observed: observed?.metadata, isExact: true)))
            step.notes = write.events.map {
                Plan.Note(isWarning: $0.isWarning, reason: $0.reason, action: "Migrate", message: $0.message)
            }
            step.transitions = write.transitions
            return step
        }
    }

    /// What somebody added to the selector, so that it selects nothing: an apply leaves it there.
    private func foreignKeys(_ service: Service?) -> [String]? {
        let keys = (service?.spec?.selector ?? [:]).keys.filter { $0 != Labels.cluster && $0 != Labels.revision }
        return keys.isEmpty ? nil : keys.sorted()
    }
}
