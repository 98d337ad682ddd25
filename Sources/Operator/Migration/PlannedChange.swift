public import DeepSeekAPI
public import KubeClient
public import KubeCore
internal import Migration

/// A changed resource, held against what runs: what the operator would do about it. Nothing is written.
public struct PlannedChange: Sendable {
    private let client: KubeClient
    private let policy: AdministratorPolicy

    public init(client: KubeClient, policy: AdministratorPolicy = AdministratorPolicy()) {
        self.client = client
        self.policy = policy
    }

    /// The resource cannot be carried out; the message names the fields.
    public struct NotAccepted: Error, CustomStringConvertible {
        public let description: String
    }

    /// - Parameter changed: as it is about to be applied.
    /// - Throws: `KubeError`, `NotAccepted`.
    public func forecast(_ changed: DeepSeekCluster, now: Timestamp) async throws -> MigrationForecast {
        let acceptance = Acceptance(changed, policy: policy)
        guard let inputs = acceptance.inputs else { throw NotAccepted(description: acceptance.message) }
        let world = try await look(changed)
        var situation = Situation(world, acceptance: acceptance)
        situation.record = LiveService(world)?.record
        var observed = ObservedMigration(situation, now: now)
        observed.desired = inputs.hash
        if observed.revision(inputs.hash) == nil {
            observed.revisions.append(
                KnownRevision(
                    name: inputs.hash, number: (observed.revisions.map(\.number).max() ?? 0) &+ 1, uid: "new",
                    resourceVersion: "0", gpusPerReplica: changed.spec.engine.resolvedGPUsPerPod))
        }
        // GPUs are of interest here, quota or not.
        for index in observed.deployments.indices {
            let revision = observed.deployments[index].revision
            observed.deployments[index].gpusPerReplica = world.controllerRevision(revision)?.gpusPerReplica ?? 0
        }
        for index in observed.revisions.indices {
            guard let known = world.controllerRevision(observed.revisions[index].name) else { continue }
            observed.revisions[index].gpusPerReplica = known.gpusPerReplica
        }
        return MigrationForecast(observed)
    }

    /// What runs now, as the changed resource would find it.
    private func look(_ changed: DeepSeekCluster) async throws(KubeError) -> ObservedCluster {
        let namespace = changed.metadata.namespace ?? ""
        let options = ListOptions(labelSelector: "\(Labels.managedSelector),\(Labels.cluster)=\(changed.metadata.name)")
        let current = try await Api<DeepSeekCluster>(client, namespace: namespace).getIfExists(changed.metadata.name)
        var cluster = current ?? changed
        let replicas = cluster.spec.replicas
        cluster.spec = changed.spec
        // An apply that leaves the replicas out leaves them as they are.
        cluster.spec.replicas = changed.spec.replicas ?? replicas
        cluster.spec.operation = nil
        var world = ObservedCluster(cluster: cluster)
        guard current != nil else { return world }
        world.services[world.names.liveService] = try await Api<Service>(client, namespace: namespace)
            .getIfExists(world.names.liveService)
        world.deployments = try await Api<Deployment>(client, namespace: namespace).list(options).items
        world.revisions = try await Api<ControllerRevision>(client, namespace: namespace).list(options).items
        world.pods = try await Api<Pod>(client, namespace: namespace).list(options).items
        world.quotas = try await Api<ResourceQuota>(client, namespace: namespace).list().items
        return world
    }
}
