import DeepSeekAPI
import KubeCore
import Migration
import Testing

@testable import Operator

@Suite struct ClusterPlannerTests {
    @Test func aNewClusterIsBuiltFromItsStoredTemplate() throws {
        var world = PlannerWorld()
        #expect(world.step() == ["fill 1", "account", "create revision"])
        let revision = try #require(world.plan.status.selector?.split(separator: "=").last.map(String.init))
        #expect(world.step() == ["deployment x1", "create service r1", "service r1-pods -> all"])
        #expect(world.step() == ["service r1 -> \(revision)", "budget"])
        #expect(world.step() == [])
    }

    @Test func aDeploymentNeverHasTheServersDefaultOfOneReplica() throws {
        var world = PlannerWorld { $0.replicas = 0 }
        world.settle()
        #expect(world.world.deployments.first?.spec.replicas == 0)
        var three = PlannerWorld { $0.replicas = 3 }
        three.step()
        let creation = three.plan.steps.lazy.compactMap { step -> JSONValue? in
            guard case .createNew(let resource, let body, _) = step.action, resource.kind == "Deployment" else {
                return nil
            }
            return body
        }.first
        #expect(creation?[path: "spec", "replicas"] == 3)
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
        let blue = world.serve()
        world.world.cluster.spec.model.version = "2"
        world.settle()
        let green = try #require(world.plan.status.previewRevision)
        #expect(green != blue && world.world.activeRevision == blue)
        #expect(world.world.deployments.map(\.spec.replicas) == [3, 1])
        #expect(world.world.services["r1-preview"]?.spec?.selector?[Labels.revision] == green)
        #expect(world.plan.status.conditions?[type: "Migrating"]?.reason == "RevisionLoading")
        #expect(world.plan.status.conditions?[type: "Available"]?.status == .true)
        world.setReady(green)
        world.settle()
        // One is not enough for the load of three.
        #expect(world.world.activeRevision == blue && world.world.deployments.map(\.spec.replicas) == [3, 3])
        #expect(world.plan.status.migration?.step == "ScalingUp")
        world.setReady(green)
        world.settle()
        #expect(world.plan.status.activeRevision == green && world.plan.status.migration?.step == "Holding")
        #expect(world.plan.status.conditions?[type: "Ready"]?.status == .true)
        // The way back stays at its size, then goes.
        #expect(world.world.deployments.map(\.spec.replicas) == [3, 3])
        world.now = world.now + .seconds(300)
        world.settle()
        #expect(world.plan.status.migration?.step == "Draining" && world.world.deployments.count == 2)
        world.now = world.now + .seconds(570)
        world.settle()
        #expect(world.world.deployments.map(\.metadata.name) == ["r1-\(green)"])
        #expect(world.world.disruptionBudgets.map(\.metadata.name) == ["r1-\(green)"])
        #expect(world.plan.status.migration?.step == "Stable")
        #expect(world.world.cluster.status?.history?.map(\.revision) == [green, blue])
        #expect(world.world.services["r1-preview"]?.spec?.selector?[Labels.revision] == green)
    }

    @Test func goingBackBeforeTheSwitchRemovesTheNewOne() throws {
        var world = PlannerWorld()
        let blue = world.serve()
        world.world.cluster.spec.model.version = "2"
        world.settle()
        #expect(world.world.deployments.count == 2)
        world.world.cluster.spec.model.version = nil
        world.settle()
        #expect(world.world.deployments.map(\.metadata.name) == ["r1-\(blue)"])
        #expect(world.world.activeRevision == blue && world.record?.step == .stable)
    }

    @Test func oldRevisionsAreKeptUpToTheLimit() {
        var world = PlannerWorld {
            $0.revisionHistoryLimit = 2
            $0.migration = MigrationSpec()
            $0.migration?.scaleDownDelaySeconds = 0
        }
        for version in 1...6 {
            world.world.cluster.spec.model.version = "\(version)"
            for _ in 0..<5 {
                world.settle()
                for deployment in world.world.deployments {
                    world.setReady(deployment.metadata.labels?[Labels.revision])
                }
                world.now = world.now + .seconds(600)
            }
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
