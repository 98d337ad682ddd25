import DeepSeekAPI
import KubeCore
import Testing

@testable import Operator

/// What the planner makes of a world that somebody else disturbed.
@Suite struct FaultyWorldPlanTests {
    private static let metric = MetricSpec(
        external: .init(metric: .init(name: "rps"), target: .init(type: .averageValue, averageValue: "180")))

    /// A live Service that somebody deleted while a revision loads is put back to what serves.
    @Test func aLostServiceIsPutBackToWhatServes() throws {
        var world = PlannerWorld()
        world.settle()
        let old = try #require(world.world.activeRevision)
        world.setReady(old)
        world.step()
        world.world.cluster.spec.engine.image = "vllm/vllm-openai:v0.34.0"
        world.settle()
        #expect(world.world.deployments.count == 2)
        world.world.services["r1"] = nil
        world.settle()
        #expect(world.world.activeRevision == old)
        #expect(world.world.deployments.count == 2)
    }

    /// After a restart the autoscaler has not spoken yet: what it said last stays, times included.
    @Test func aRestartLeavesTheStatusOfTheAutoscalerAlone() throws {
        var world = PlannerWorld {
            $0.autoscaling = AutoscalingSpec(
                maxReplicas: 9, source: MetricSourceSpec(externalMetrics: .init()), metrics: [Self.metric])
        }
        world.settle()
        var before = AutoscalingStatus()
        before.lastScaleTime = Timestamp(seconds: 1_600_000_000)
        let report = ScalingReport(
            conditions: [Condition(type: "ScalingActive", status: .true, reason: "ValidMetricFound", message: "m")],
            status: before)
        let status = world.planner.plan(world.world, scaling: report, now: world.now).status
        world.world.cluster.status = status
        world.now = world.now + .seconds(3600)
        #expect(world.plan.status == status)
        world.world.cluster.spec.autoscaling = nil
        #expect(world.plan.status.autoscaling == nil)
        #expect(world.plan.status.conditions?[type: "ScalingActive"] == nil)
    }

    @Test(
        arguments: [
            (#"pods "p" is forbidden: exceeded quota: gpus, requested: nvidia.com/gpu=1"#, "QuotaExceeded", false),
            (#"pods "p" is forbidden: violates PodSecurity "restricted""#, "PodCreationRefused", true),
        ])
    func podsThatCannotBeCreatedAreShown(message: String, reason: String, isDegraded: Bool) throws {
        var world = PlannerWorld()
        world.settle()
        world.setReady(world.world.activeRevision, false)
        world.world.deployments[0].status?.conditions = [
            Condition(type: "ReplicaFailure", status: .true, reason: "FailedCreate", message: message)
        ]
        let conditions = try #require(world.plan.status.conditions)
        #expect(conditions[type: "Ready"]?.reason == reason)
        #expect(conditions[type: "CapacityAvailable"]?.status == (isDegraded ? .true : .false))
        #expect(conditions[type: "Degraded"]?.status == (isDegraded ? .true : .false))
        #expect(conditions[type: "Ready"]?.message.contains(message) == true)
    }
}
