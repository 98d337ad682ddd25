import DeepSeekAPI
import KubeCore
import Migration
import Testing

@testable import Operator

/// The migration as the planner makes requests of it: who owns what, which version is meant, and what people see.
@Suite struct MigrationPlanTests {
    /// A cluster of an operator that kept no record: nothing but the record is written.
    @Test func aClusterOfAnOlderOperatorIsTakenOverQuietly() throws {
        var world = PlannerWorld { $0.replicas = 2 }
        let revision = world.serve()
        world.world.services["r1"]?.metadata.annotations = [:]
        world.world.deployments[0].metadata.annotations = [:]
        #expect(world.step() == ["record Stable"])
        #expect(world.step() == [])
        #expect(world.world.activeRevision == revision && world.record?.active == revision)
    }

    /// What a switch depends on carries the version that it was decided on.
    @Test func selectorAndReplicasAreWrittenUnderTheirVersion() throws {
        var world = PlannerWorld { $0.replicas = 2 }
        _ = world.serve()
        world.world.cluster.spec.replicas = 3
        let exact = world.plan.steps.compactMap { step -> Application? in
            if case .apply(let application) = step.action, application.isExact { application } else { nil }
        }
        #expect(exact.map(\.manager) == [.scaling, .network])
        #expect(exact.allSatisfy { $0.observed?.resourceVersion != nil })
        let scale = try #require(exact.first)
        #expect(scale.body[path: "spec", "replicas"] == 3)
        #expect(scale.body[path: ["metadata", "annotations", MigrationAnnotation.claim]] != nil)
        #expect(scale.body[path: "spec", "template"] == nil)
    }

    /// A key that somebody adds to the selector is taken out, which an apply does not do; then the rest is put back.
    @Test func aForeignKeyInTheSelectorIsTakenOut() throws {
        var world = PlannerWorld()
        let revision = world.serve()
        world.world.services["r1"]?.spec?.selector?["app"] = "other"
        #expect(world.step() == ["remove app"])
        #expect(world.step() == [] && world.world.activeRevision == revision)
    }

    @Test func aRevisionThatIsNotReadyInTimeIsGivenUpAndRemembered() throws {
        var world = PlannerWorld()
        let blue = world.serve()
        world.world.cluster.spec.model.version = "2"
        world.settle()
        let green = try #require(world.plan.status.previewRevision)
        world.now = world.now + .seconds(10_000)
        world.settle()
        #expect(world.world.activeRevision == blue && world.world.deployments.count == 1)
        let status = world.plan.status
        #expect(status.phase == .degraded)
        #expect(status.conditions?[type: "Ready"]?.reason == "RevisionRejected")
        #expect(status.conditions?[type: "Available"]?.status == .true)
        #expect(status.history?.first { $0.revision == green }?.rejected?.reason == "InsufficientCapacity")
        // It is not tried again until spec changes.
        world.now = world.now + .seconds(10_000)
        #expect(world.step() == [])
        world.world.cluster.spec.operation = OperationSpec(id: "1", type: .retry)
        world.settle()
        #expect(world.plan.status.previewRevision == green)
        #expect(world.plan.status.operation?.phase == .succeeded)
    }

    /// A restart marks the template of the active revision, and the mark stays when a later one takes over.
    @Test func aRestartMarksTheTemplate() throws {
        var world = PlannerWorld()
        let revision = world.serve()
        world.world.cluster.spec.operation = OperationSpec(id: "1", type: .restart)
        world.settle()
        func mark(_ world: PlannerWorld) -> String? {
            world.plan.steps.lazy.compactMap { step -> String? in
                guard case .apply(let application) = step.action, application.manager == .template,
                    application.name == "r1-\(revision)"
                else { return nil }
                return application.body[path: [
                    "spec", "template", "metadata", "annotations", Annotations.restartedAt,
                ]]?.stringValue
            }.first
        }
        let time = try #require(mark(world))
        #expect(time == world.record?.restart?.at.description)
        world.world.deployments[0].spec.template = .init(annotations: [Annotations.restartedAt: time])
        world.world.cluster.spec.model.version = "2"
        world.settle()
        for _ in 0..<3 {
            world.setReady(world.plan.status.previewRevision)
            world.settle()
        }
        #expect(world.record?.previous == revision && world.record?.restart == nil)
        #expect(mark(world) == time)
    }

    @Test func gatesAreAskedForAndTheirResultsFollowed() throws {
        var world = PlannerWorld {
            $0.migration = MigrationSpec()
            $0.migration?.warmUp = .init(requests: 2)
        }
        let blue = world.serve()
        world.world.cluster.spec.model.version = "2"
        world.settle()
        let green = try #require(world.plan.status.previewRevision)
        world.setReady(green)
        world.settle()
        let gate = try #require(world.plan.migration?.gate)
        #expect(gate.kind == .warmUp && gate.revision == green)
        world.world.gateResults = [
            GateResult(
                gate: gate, outcome: .failed, message: "10.0.0.1 answered with status 500", observedAt: world.now)
        ]
        world.settle()
        #expect(world.world.activeRevision == blue && world.world.deployments.count == 1)
        let warmedUp = try #require(world.plan.status.conditions?[type: "WarmedUp"])
        #expect(warmedUp.reason == "WarmUpFailed" && warmedUp.message.contains("status 500"))
    }

    @Test func quotaThatDoesNotHoldTwoRevisionsIsWaitedFor() throws {
        var world = PlannerWorld { $0.replicas = 2 }
        _ = world.serve()
        let quota = ResourceQuota(
            metadata: ObjectMeta(name: "gpus"),
            status: .init(
                hard: ["requests.nvidia.com/gpu": Quantity(milli: 3000)],
                used: ["requests.nvidia.com/gpu": Quantity(milli: 2000)]))
        world.world.quotas = [quota]
        world.world.cluster.spec.model.version = "2"
        world.settle()
        #expect(world.world.deployments.count == 1 && world.record?.step == .awaitingCapacity)
        let capacity = try #require(world.plan.status.conditions?[type: "CapacityAvailable"])
        #expect(capacity.status == .false && capacity.reason == "InsufficientQuota")
        world.world.quotas = []
        world.settle()
        #expect(world.world.deployments.count == 2)
    }
}
