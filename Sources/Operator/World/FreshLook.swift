internal import DeepSeekAPI
internal import KubeClient
internal import KubeCore

/// Reads from the API server, past the caches, what a promotion or a retirement depends on.
struct FreshLook: Sendable {
    let client: KubeClient

    /// The world with the live Service, the Deployments and the quotas as they are now. The Service comes first: what is
    /// claimed before it is selected is then seen claimed.
    func take(_ world: ObservedCluster) async throws(KubeError) -> ObservedCluster {
        let cluster = world.cluster.namespacedName
        var fresh = world
        let live = world.names.liveService
        fresh.services[live] = try await Api<Service>(client, namespace: cluster.namespace).getIfExists(live)
        let options = ListOptions(labelSelector: "\(Labels.managedSelector),\(Labels.cluster)=\(cluster.name)")
        fresh.deployments = try await Api<Deployment>(client, namespace: cluster.namespace).list(options).items
        if !world.quotas.isEmpty {
            fresh.quotas = try await Api<ResourceQuota>(client, namespace: cluster.namespace).list().items
        }
        return fresh
    }
}
