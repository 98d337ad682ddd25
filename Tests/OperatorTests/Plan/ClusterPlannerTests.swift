import DeepSeekAPI
import KubeCore
import Testing

@testable import Operator

@Suite struct ClusterPlannerTests {
    @Test func aNewClusterIsBuiltFromItsStoredTemplate() throws {
        var world = PlannerWorld()
        #expect(world.step() == ["fill 1", "account", "create revision"])
        let revision = try #require(world.plan.status.selector?.split(separator: "=").last.map(String.init))
        #expect(
            world.step() == ["deployment x1", "budget", "service r1 -> \(revision)", "service r1-pods -> all"])
        #expect(world.step() == [])
    }

    @Test func aDeploymentNeverHasTheServersDefaultOfOneReplica() throws {
        var world = PlannerWorld { $0.replicas = 0 }
        world.settle()
        #expect(world.world.deployments.first?.spec.replicas == 0)
        let first = PlannerWorld { $0.replicas = 3 }
        var copy = first
        copy.step()
        guard
            case .apply(let application) = copy.plan.steps.first(where: { step in
                if case .apply(let application) = step.action {
                    application.resource.kind == "Deployment"
                } else {
                    false
                }
            })?.action
        else {
            Issue.record("no Deployment is applied")
            return
        }
        #expect(application.manager == .scaling)
        #expect(application.body[path: "spec", "replicas"] == 3)
    }

    /// An estimate: it warns, holds nothing back, and is silent once the replicas prove it wrong.
    @Test func aModelThatWillNotFitIsWarnedOf() throws {
        var world = PlannerWorld {
            $0.model.name = "deepseek-r1"
            $0.engine.tensorParallel = 8
            $0.pods = PodsSpec()
            $0.pods?.nodeSelector = ["nvidia.com/gpu.product": "NVIDIA-A100-SXM4-80GB"]
        }
        world.step()
        let condition = try #require(world.plan.status.conditions?.first { $0.type == "CapacityAvailable" })
        #expect(condition.status == .false && condition.reason == "ModelMayNotFit")
        #expect(condition.message.contains("671 GB"))
        #expect(world.plan.warnings.contains { $0.reason == "ModelMayNotFit" })
        world.settle()
        world.setReady(world.plan.status.activeRevision)
        world.settle()
        #expect(world.plan.status.conditions?.first { $0.type == "CapacityAvailable" }?.status == .true)
    }

    /// Replicas come from spec.replicas, else the running revision, else minReplicas, else 1.
    @Test func replicasAreFilledFromWhatRuns() {
        var world = PlannerWorld()
        world.settle()
        world.world.cluster.spec.replicas = nil
        world.world.deployments[0].spec.replicas = 7
        #expect(world.step().first == "fill 7")
        let metric = MetricSpec(
            external: .init(
                metric: .init(name: "rps"), target: .init(type: .averageValue, averageValue: "180")))
        var scaled = PlannerWorld {
            $0.autoscaling = AutoscalingSpec(
                maxReplicas: 9, source: MetricSourceSpec(externalMetrics: .init()), metrics: [metric])
            $0.autoscaling?.minReplicas = 4
        }
        #expect(scaled.step().first == "fill 4")
    }

    @Test func tenReconcilesAfterCreationChangeNothing() {
        var world = PlannerWorld()
        world.settle()
        world.setReady(world.world.activeRevision)
        world.settle()
        for _ in 0..<10 { #expect(world.step() == []) }
    }

    @Test func aNewVersionTakesOverOnlyWhenItIsReady() throws {
        var world = PlannerWorld { $0.replicas = 3 }
        world.settle()
        let blue = try #require(world.world.activeRevision)
        world.setReady(blue)
        world.settle()
        world.world.cluster.spec.model.version = "2"
        world.settle()
        let green = try #require(world.plan.status.previewRevision)
        #expect(green != blue)
        #expect(world.world.activeRevision == blue)
        #expect(world.world.deployments.map(\.spec.replicas) == [3, 3])
        #expect(world.plan.status.conditions?[type: "Migrating"]?.status == .true)
        #expect(world.plan.status.conditions?[type: "Available"]?.status == .true)
        world.setReady(green)
        #expect(world.step() == ["service r1 -> \(green)"])
        #expect(world.step() == ["delete Deployment r1-\(blue)", "delete PodDisruptionBudget r1-\(blue)"])
        #expect(world.plan.status.activeRevision == green)
        #expect(world.plan.status.conditions?[type: "Ready"]?.status == .true)
        #expect(world.world.cluster.status?.history?.map(\.revision) == [green, blue])
    }

    @Test func goingBackBeforeTheSwitchRemovesTheNewOne() throws {
        var world = PlannerWorld()
        world.settle()
        let blue = try #require(world.world.activeRevision)
        world.world.cluster.spec.model.version = "2"
        world.settle()
        let green = try #require(world.plan.status.previewRevision)
        world.world.cluster.spec.model.version = nil
        #expect(world.step() == ["delete Deployment r1-\(green)", "delete PodDisruptionBudget r1-\(green)"])
        #expect(world.world.activeRevision == blue)
    }

    @Test func oldRevisionsAreKeptUpToTheLimit() {
        var world = PlannerWorld { $0.revisionHistoryLimit = 2 }
        for version in 1...6 {
            world.world.cluster.spec.model.version = "\(version)"
            world.settle()
            for deployment in world.world.deployments {
                world.setReady(deployment.metadata.labels?[Labels.revision])
            }
            world.settle()
        }
        #expect(world.world.revisions.map(\.revision).sorted() == [4, 5, 6])
        #expect(world.world.deployments.count == 1)
    }

    /// A newer operator with another renderer changes nothing of a revision that exists.
    @Test func anotherRendererMovesNoFleet() {
        var world = PlannerWorld()
        world.settle()
        var upgraded = world
        upgraded.planner = ClusterPlanner(render: { _, _ in ["spec": ["containers": []]] })
        #expect(upgraded.plan.steps == world.plan.steps)
        #expect(upgraded.step() == [])
    }

    @Test func pausedMeansHandsOff() {
        var world = PlannerWorld { $0.paused = true }
        #expect(world.step() == [])
        #expect(world.plan.status.phase == .paused)
        #expect(world.plan.status.conditions?[type: "Paused"]?.status == .true)
    }

    @Test func aClusterBeingDeletedIsLeftToTheGarbageCollector() {
        var world = PlannerWorld()
        world.settle()
        world.world.cluster.metadata.deletionTimestamp = world.now
        #expect(world.plan.steps.isEmpty)
    }

    @Test func whatCannotBeCarriedOutIsNamedAndTheOldRevisionRunsOn() throws {
        var world = PlannerWorld()
        world.settle()
        let blue = try #require(world.world.activeRevision)
        world.world.cluster.spec.engine.nodesPerReplica = 2
        world.world.cluster.spec.engine.tensorParallel = 2
        #expect(world.step() == [])
        let accepted = try #require(world.plan.status.conditions?[type: "Accepted"])
        #expect(accepted.status == .false)
        #expect(accepted.reason == "Unsupported")
        #expect(accepted.message.contains("spec.engine.nodesPerReplica"))
        #expect(world.plan.status.activeRevision == blue)
        world.world.cluster.spec.replicas = 2
        #expect(world.step() == ["scale 2"])
    }

    @Test func anInvalidClusterStartsNothing() throws {
        var world = PlannerWorld { $0.model.source = nil }
        #expect(world.step() == [])
        #expect(world.plan.status.conditions?[type: "Accepted"]?.reason == "Invalid")
        #expect(world.plan.warnings.map(\.reason) == ["Invalid"])
    }

    @Test(arguments: [
        ("/srv/models", ["/srv/models"], true), ("/srv/models/r1", ["/srv/models/"], true),
        ("/srv/models2", ["/srv/models"], false), ("/etc", [], false),
    ])
    func hostPathsNeedTheAdministrator(path: String, allowed: [String], isAccepted: Bool) throws {
        var policy = AdministratorPolicy()
        policy.hostPaths = allowed
        let source: ModelSource = try JSONValue.object(["hostPath": ["path": .string(path)]]).decoded()
        let world = PlannerWorld(policy: policy) { $0.model.source = source }
        let accepted = world.plan.status.conditions?[type: "Accepted"]
        #expect((accepted?.status == .true) == isAccepted)
        if !isAccepted { #expect(accepted?.message.contains("--allow-host-paths") == true) }
    }

    @Test func aForeignObjectIsToldOfAndNotTaken() {
        var world = PlannerWorld()
        world.settle()
        world.world.conflict = "Service r1 exists and does not belong to this DeepSeekCluster"
        #expect(world.plan.status.conditions?[type: "Degraded"]?.reason == "NameConflict")
        #expect(world.plan.status.phase == .degraded)
    }

    /// Equal situations give equal statuses, whatever the time, so that nothing is written.
    @Test func anUnchangedStatusKeepsItsTimes() {
        var world = PlannerWorld()
        world.settle()
        world.setReady(world.world.activeRevision)
        world.settle()
        let status = world.plan.status
        world.now = world.now + .seconds(3600)
        #expect(world.plan.status == status)
    }

    @Test(arguments: [
        (Pod.ContainerState(waiting: .init(reason: "ImagePullBackOff", message: "no such image")), "ImagePullFailed"),
        (Pod.ContainerState(waiting: .init(reason: "CrashLoopBackOff")), "CrashLoopBackOff"),
        (Pod.ContainerState(terminated: .init(reason: "OOMKilled", exitCode: 137)), "OutOfMemory"),
    ])
    func podTroubleReachesTheConditions(state: Pod.ContainerState, reason: String) throws {
        var world = PlannerWorld()
        world.settle()
        let revision = try #require(world.world.activeRevision)
        let labels = Labels.revision(revision, cluster: "r1")
        world.world.pods = [
            Pod(
                metadata: ObjectMeta(name: "p", labels: labels),
                status: Pod.Status(
                    phase: "Running", containerStatuses: [Pod.ContainerStatus(name: "engine", state: state)]))
        ]
        #expect(world.plan.status.conditions?[type: "Degraded"]?.reason == reason)
        #expect(world.plan.status.conditions?[type: "Available"]?.reason == reason)
        #expect(world.plan.status.phase == .degraded)
    }
}
