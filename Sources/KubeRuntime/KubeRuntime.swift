// KubeRuntime: what controllers are made of.
//
//   WorkQueue/       keys that need work: WorkQueue, DelayingQueue and RateLimitingQueue, one over the other
//   Watcher/         keeps in step with the objects of one kind: a pure state machine and its shell
//   Store/           Reflector fills a Store, tells what changed, and keeps indexes
//   Controller/      calls a Reconciler for every object that needs it
//   Finalizer/       adds and removes a finalizer by guarded patches
//   LeaderElection/  LeaderElector over a Lease, and the fence that writes pass
//   Events/          EventRecorder: tells people what was done, as events in series
//   Manager/         runs all of it and ends it in order
//
//     let elector = LeaderElector(
//         identity: podName, configuration: try LeaderElectionConfiguration(),
//         storage: ApiLeaseStorage(client: unfenced, lease: NamespacedName(namespace: "system", name: "operator")))
//     let clusters = Reflector(source: ApiSource(Api<DeepSeekCluster>(client)))
//     let deployments = Reflector(source: ApiSource(Api<Deployment>(client)), indexes: [.ownerUID])
//
//     let controller = Controller("deepseekcluster") { request in
//         guard let cluster = clusters.store[request] else { return .done }
//         try await apply(cluster, owned: deployments.store.objects(ownedBy: cluster.metadata.uid ?? ""))
//         return .requeue(after: .seconds(30))
//     }
//     controller.watch(clusters, when: .generationChanged)
//     controller.watch(deployments, ownedBy: DeepSeekCluster.resourceType)
//
//     let manager = Manager(elector: elector)
//     manager.add(clusters)
//     manager.add(deployments)
//     manager.add(controller)
//     try await manager.run()
//
// `client` sends through FencedTransport(transport, fence: elector.fence); `unfenced` does not.
