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
    private let autoscalers: AutoscalerSupport
    private let render: Renderer

    /// - Parameters:
    ///   - disruptionBudgetType: the version of PodDisruptionBudget that the server offers.
    ///   - autoscalers: what HorizontalPodAutoscalers have to rely on.
    public init(
        policy: AdministratorPolicy = AdministratorPolicy(),
        disruptionBudgetType: ResourceType = PodDisruptionBudget.resourceType,
        autoscalers: AutoscalerSupport = AutoscalerSupport(),
        render: @escaping Renderer = { PodTemplateRenderer().render($0, labels: $1) }
    ) {
        self.policy = policy
        self.disruptionBudgetType = disruptionBudgetType
        self.autoscalers = autoscalers
        self.render = render
    }

    /// - Parameters:
    ///   - scaling: what the autoscaler last did; nil without one.
    ///   - now: the wall clock, for conditions and deadlines.
    public func plan(_ world: ObservedCluster, scaling: ScalingReport?, now: Timestamp) -> Plan {
        var situation = Situation(world, acceptance: Acceptance(world.cluster, policy: policy))
        let migration = MigrationPlanner.plan(ObservedMigration(situation, now: now))
        situation.record = migration.record
        let manifests = Manifests(cluster: world.cluster, disruptionBudgetType: disruptionBudgetType)
        let autoscaler = AutoscalerPlan(situation: situation, manifests: manifests, support: autoscalers)
        let status = StatusBuilder(
            situation: situation, migration: migration, scaling: autoscaler.report() ?? scaling, now: now
        ).status()
        var plan = Plan(status: status, migration: migration)
        plan.warnings = situation.warnings
        guard !world.cluster.metadata.isBeingDeleted else { return plan }
        // Paused, nothing is changed but the record's own clock.
        guard !world.cluster.spec.resolvedPaused else {
            plan.steps = MigrationSteps(situation: situation, manifests: manifests, plan: migration).steps()
            return plan
        }
        plan.steps =
            ActionBuilder(situation: situation, migration: migration, manifests: manifests, render: render).steps()
        // Last, so that a foreign HPA holds up nothing else.
        plan.steps += autoscaler.steps()
        return plan
    }
}
