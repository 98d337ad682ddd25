internal import KubeCore
internal import Migration

/// One operator process: its caches, each of them late by a different time, and the writes that it is about to make.
struct ModelLeader: Sendable {
    var service: LiveService?
    var deployments: [RevisionDeployment] = []
    var resource: Resource
    var room: Int?
    /// Writes of the latest plan that are not made yet.
    var pending: [MigrationAction] = []
    var next = 0
    /// What the latest plan was made from.
    var look: ObservedMigration?
    /// The gate that runs in this process, and since when.
    var gate: Gate?
    var gateSince: Timestamp?
    var results: [GateResult] = []

    struct Resource: Sendable {
        var wish: Int
        var desired: String?
        var operation: MigrationOperation?
        var isPaused: Bool
    }

    /// A process that starts lists everything.
    init(_ cluster: ModelCluster) {
        resource = Resource(
            wish: cluster.wish, desired: cluster.desired, operation: cluster.operation, isPaused: cluster.isPaused)
        sync(cluster, .all)
    }

    enum Part: Int, Sendable, CaseIterable { case service, deployments, resource, quota, all }

    /// A cache catches up.
    mutating func sync(_ cluster: ModelCluster, _ part: Part) {
        if part == .service || part == .all { service = cluster.service }
        if part == .deployments || part == .all { deployments = cluster.deployments }
        if part == .resource || part == .all {
            resource = Resource(
                wish: cluster.wish, desired: cluster.desired, operation: cluster.operation, isPaused: cluster.isPaused)
        }
        if part == .quota || part == .all { room = cluster.room }
    }

    /// What the caches show.
    func observed(_ cluster: ModelCluster) -> ObservedMigration {
        var world = ObservedMigration(
            now: cluster.now, policy: cluster.scenario.policy, wish: resource.wish,
            desired: resource.desired.flatMap { name in cluster.revisions.contains { $0.name == name } ? name : nil })
        world.isPaused = resource.isPaused
        world.operation = resource.operation
        world.service = service
        world.revisions = cluster.revisions
        world.deployments = deployments
        world.quotaRoom = room
        world.gateResults = results
        world.remembered = cluster.remembered
        return world
    }

    /// The gate that a plan names runs, from its beginning; every other is cancelled.
    mutating func follow(_ gate: Gate?, at now: Timestamp) {
        guard gate != self.gate else { return }
        self.gate = gate
        gateSince = now
    }
}
