internal import DeepSeekAPI
internal import KubeCore

/// The writes that bring a cluster closer to its spec.
struct ActionBuilder {
    var situation: Situation
    var manifests: Manifests
    var render: ClusterPlanner.Renderer

    private var world: ObservedCluster { situation.world }
    private var names: ObjectNames { situation.names }

    func steps() -> [Plan.Step] {
        guard let desired = situation.desired else { return [] }
        var steps: [Plan.Step] = []
        if !situation.isFilled { steps.append(Plan.Step(action: .fillReplicas(situation.replicas))) }
        steps += account()
        guard world.controllerRevision(desired) != nil else {
            // Everything else is made from the stored template, once it is there.
            return steps + (situation.acceptance.inputs.map { [snapshot(desired, $0)] } ?? [])
        }
        for revision in Set([situation.active, desired].compactMap(\.self)).sorted() {
            steps += workload(revision)
        }
        return steps + services(desired) + retirement(desired)
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

    /// The Deployment of a revision at its size, and its disruption budget.
    private func workload(_ revision: String) -> [Plan.Step] {
        guard let template = world.controllerRevision(revision)?.data?["template"] else { return [] }
        let name = names.revision(revision)
        let budget = world.disruptionBudgets.first { $0.metadata.name == name }?.metadata
        return deployment(revision, template: template) + [
            apply(
                manifests.disruptionBudgetType, name, .availability, manifests.disruptionBudget(revision), budget)
        ]
    }

    private func deployment(_ revision: String, template: JSONValue) -> [Plan.Step] {
        let name = names.revision(revision)
        let type = Deployment.resourceType
        let body = manifests.deployment(revision, template: template)
        let scale = manifests.scale(revision, replicas: situation.replicas)
        guard let observed = world.deployment(revision: revision) else {
            // The scaling manager makes the object, whole, so that it never has the server's default of one replica.
            // The template manager joins as an owner of the rest; then the scaling manager lets go of it.
            var whole = body
            whole[path: "spec", "replicas"] = JSONValue(situation.replicas)
            return [
                apply(type, name, .scaling, whole, nil), apply(type, name, .template, body, nil),
                apply(type, name, .scaling, scale, nil),
            ]
        }
        var steps = [apply(type, name, .template, body, observed.metadata)]
        if observed.spec.replicas != situation.replicas {
            let change = "scaled \(name) from \(observed.spec.replicas ?? 1) to \(situation.replicas)"
            steps.append(
                apply(
                    type, name, .scaling, scale, observed.metadata,
                    note: .init(reason: "ScalingReplicas", action: "Scale", message: change)))
        }
        return steps
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

    /// The live Service goes over to the desired revision once that has all its replicas; the first revision is
    /// selected at once.
    private func services(_ desired: String) -> [Plan.Step] {
        let target = situation.active.map { situation.isComplete(desired) ? desired : $0 } ?? desired
        let note =
            target == situation.active
            ? nil
            : Plan.Note(
                reason: "Promoted", action: "Promote",
                message: "Service \(names.liveService) selects revision \(target)")
        return [
            apply(
                Service.resourceType, names.liveService, .network, manifests.liveService(selecting: target),
                world.services[names.liveService]?.metadata, note: note),
            apply(
                Service.resourceType, names.podsService, .network, manifests.podsService(),
                world.services[names.podsService]?.metadata),
        ]
    }

    // MARK: Retirement

    /// Deletes what neither serves nor shall serve, by the live Service as observed: a switch is seen before anything
    /// of the old revision goes.
    private func retirement(_ desired: String) -> [Plan.Step] {
        guard situation.active != nil else { return [] }
        let kept = Set([situation.active, desired].compactMap(\.self).map(names.revision))
        func isRetired(_ metadata: ObjectMeta) -> Bool { world.owns(metadata) && !kept.contains(metadata.name) }
        let deployments = world.deployments.map(\.metadata).filter(isRetired)
        let budgets = world.disruptionBudgets.map(\.metadata).filter(isRetired)
        let revisions = world.revisions.filter { isRetired($0.metadata) }.sorted { $0.revision < $1.revision }
            .dropLast(situation.cluster.spec.resolvedRevisionHistoryLimit)
        return deployments.compactMap { delete(Deployment.resourceType, $0, note: retired($0)) }
            + budgets.compactMap { delete(manifests.disruptionBudgetType, $0) }
            + revisions.compactMap { delete(ControllerRevision.resourceType, $0.metadata) }
    }

    private func retired(_ metadata: ObjectMeta) -> Plan.Note {
        Plan.Note(reason: "RevisionRetired", action: "Retire", message: "deleted Deployment \(metadata.name)")
    }

    private func delete(_ resource: ResourceType, _ metadata: ObjectMeta, note: Plan.Note? = nil) -> Plan.Step? {
        guard !metadata.isBeingDeleted, let uid = metadata.uid, let version = metadata.resourceVersion else {
            return nil
        }
        return Plan.Step(
            action: .delete(resource, name: metadata.name, uid: uid, resourceVersion: version), note: note)
    }
}
