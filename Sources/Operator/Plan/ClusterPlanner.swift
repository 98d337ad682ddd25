public import DeepSeekAPI
public import Engines
public import KubeCore
internal import Migration

/// Decides what to write for one cluster: a pure function of what was observed.
///
/// Every write is safe to repeat and to lose, since the next look decides anew. The template of a revision always comes
/// from its ControllerRevision, never from the renderer a second time. The active revision is what the live Service
/// selects, and nothing that it selects is deleted.
public struct ClusterPlanner: Sendable {
    /// Renders the template of a new revision.
    public typealias Renderer = @Sendable (_ cluster: DeepSeekCluster, _ labels: [String: String]) -> JSONValue

    private let policy: AdministratorPolicy
    private let disruptionBudgetType: ResourceType
    private let render: Renderer

    /// - Parameter disruptionBudgetType: the version of PodDisruptionBudget that the server offers.
    public init(
        policy: AdministratorPolicy = AdministratorPolicy(),
        disruptionBudgetType: ResourceType = PodDisruptionBudget.resourceType,
        render: @escaping Renderer = { PodTemplateRenderer().render($0, labels: $1) }
    ) {
        self.policy = policy
        self.disruptionBudgetType = disruptionBudgetType
        self.render = render
    }

    /// - Parameters:
    ///   - scaling: what the autoscaler last did; nil without one.
    ///   - now: the wall clock, for conditions and deadlines.
    public func plan(_ world: ObservedCluster, scaling: ScalingReport?, now: Timestamp) -> Plan {
        var situation = Situation(world, acceptance: Acceptance(world.cluster, policy: policy))
        let migration = MigrationPlanner.plan(ObservedMigration(situation, now: now))
        situation.record = migration.record
        let status = StatusBuilder(situation: situation, migration: migration, scaling: scaling, now: now).status()
        var plan = Plan(status: status, migration: migration)
        plan.warnings = situation.warnings
        guard !world.cluster.metadata.isBeingDeleted else { return plan }
        let manifests = Manifests(cluster: world.cluster, disruptionBudgetType: disruptionBudgetType)
        // Paused, nothing is changed but the record's own clock.
        plan.steps =
            world.cluster.spec.resolvedPaused
            ? MigrationSteps(situation: situation, manifests: manifests, plan: migration).steps()
            : ActionBuilder(situation: situation, migration: migration, manifests: manifests, render: render).steps()
        return plan
    }
}
