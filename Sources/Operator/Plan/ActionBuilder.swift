internal import DeepSeekAPI
internal import KubeCore
internal import Migration

/// The writes that bring a cluster closer to its spec.
struct ActionBuilder {
    var situation: Situation
    var migration: MigrationPlan
    var manifests: Manifests
    var render: ClusterPlanner.Renderer

    private var world: ObservedCluster { situation.world }
    private var names: ObjectNames { situation.names }

    func steps() -> [Plan.Step] {
        guard let desired = situation.desired else { return [] }
        var steps: [Plan.Step] = []
        if !situation.isFilled { steps.append(Plan.Step(action: .fillReplicas(situation.replicas))) }
        steps += account()
        steps += MigrationSteps(situation: situation, manifests: manifests, plan: migration).steps()
        for revision in migration.keptRevisions { steps += workload(revision) }
        steps += services() + retiredBudgets()
        // Last, so that it holds nothing up: what is made from it comes with the next look.
        if world.controllerRevision(desired) == nil, let inputs = situation.acceptance.inputs {
            steps.append(snapshot(desired, inputs))
        }
        return steps
    }

    // MARK: Revision

    private func snapshot(_ revision: String, _ inputs: RevisionInputs) -> Plan.Step {
        let labels = Labels.revision(revision, cluster: situation.cluster.metadata.name)
        let number = (world.revisions.filter { world.owns($0.metadata) }.map(\.revision).max() ?? 0) &+ 1
        let body = manifests.controllerRevision(
            revision, number: number, template: render(situation.cluster, labels),
            inputs: inputs.json)
        return Plan.Step(
            action: .create(ControllerRevision.resourceType, body: body, manager: .revision),
            note: .init(reason: "RevisionCreated", action: "CreateRevision", message: "created revision \(revision)"))
    }

    // MARK: Pods

    private func account() -> [Plan.Step] {
        guard Situation.usesOwnAccount(situation.cluster) else { return [] }
        return [
            apply(
                ServiceAccount.resourceType, names.serviceAccount, .identity, manifests.serviceAccount(),
                world.serviceAccount?.metadata)
        ]
    }

    /// The template of a revision's Deployment, and its disruption budget. Its size is the migration's.
    private func workload(_ revision: String) -> [Plan.Step] {
        guard let template = world.controllerRevision(revision)?.data?["template"],
            let observed = world.deployment(revision: revision)
        else { return [] }
        let name = names.revision(revision)
        let body = manifests.deployment(revision, template: template, restartedAt: restart(of: revision, observed))
        let budget = world.disruptionBudgets.first { $0.metadata.name == name }?.metadata
        return [
            apply(Deployment.resourceType, name, .template, body, observed.metadata),
            apply(manifests.disruptionBudgetType, name, .availability, manifests.disruptionBudget(revision), budget),
        ]
    }

    /// A restart that is over is not taken back: to leave the mark out would replace the pods once more.
    private func restart(of revision: String, _ observed: Deployment) -> String? {
        if let restart = migration.record?.restart, restart.revision == revision { return restart.at.description }
        return observed.spec.template?.metadata?.annotations?[Annotations.restartedAt]
    }

    private func apply(
        _ resource: ResourceType, _ name: String, _ manager: FieldManager, _ body: JSONValue, _ observed: ObjectMeta?,
        note: Plan.Note? = nil
    ) -> Plan.Step {
        Plan.Step(
            action: .apply(
                Application(resource: resource, name: name, manager: manager, body: body, observed: observed)),
            note: note)
    }

    // MARK: Services

    private func services() -> [Plan.Step] {
        guard migration.record != nil else { return [] }
        let pods = apply(
            Service.resourceType, names.podsService, .network, manifests.podsService(),
            world.services[names.podsService]?.metadata)
        return liveService() + [pods] + previewService()
    }

    /// What spec says of the live Service. Selector and record are sent as they are: they change by the migration alone.
    private func liveService() -> [Plan.Step] {
        guard let service = world.services[names.liveService], !migration.writesLiveService,
            let record = service.metadata.annotations?[MigrationAnnotation.record]
        else { return [] }
        let selection = Selection(service.spec?.selector ?? [:], cluster: situation.cluster.metadata.name)
        let application = Application(
            resource: Service.resourceType, name: names.liveService, manager: .network,
            body: manifests.liveService(selecting: selection, record: record), observed: service.metadata,
            isExact: true)
        return [Plan.Step(action: .apply(application))]
    }

    /// Made with the first migration and kept, so that its address can be relied on: between migrations it leads to the
    /// active revision.
    private func previewService() -> [Plan.Step] {
        let observed = world.services[names.previewService]
        let preview = situation.preview
        guard observed != nil || preview != nil, let revision = preview ?? situation.active else { return [] }
        return [
            apply(
                Service.resourceType, names.previewService, .network, manifests.previewService(selecting: revision),
                observed?.metadata)
        ]
    }

    // MARK: Retirement

    /// A disruption budget goes with its Deployment.
    private func retiredBudgets() -> [Plan.Step] {
        guard migration.record != nil else { return [] }
        let kept = Set(world.deployments.map(\.metadata.name) + migration.keptRevisions.map(names.revision))
        return world.disruptionBudgets.map(\.metadata).filter { world.owns($0) && !kept.contains($0.name) }
            .compactMap { delete(manifests.disruptionBudgetType, $0) }
    }

    private func delete(_ resource: ResourceType, _ metadata: ObjectMeta, note: Plan.Note? = nil) -> Plan.Step? {
        guard !metadata.isBeingDeleted, let uid = metadata.uid, let version = metadata.resourceVersion else {
            return nil
        }
        return Plan.Step(
            action: .delete(resource, name: metadata.name, uid: uid, resourceVersion: version), note: note)
    }
}

extension MigrationPlan {
    var writesLiveService: Bool {
        actions.contains { if case .writeLive = $0 { true } else { false } }
    }
}
