import DeepSeekAPI
import KubeCore
import Migration
import Testing

@testable import Operator

@Suite struct MigrationForecastTests {
    private static func forecast(_ world: PlannerWorld, gpus: Int = 2) -> MigrationForecast {
        let acceptance = Acceptance(world.world.cluster, policy: AdministratorPolicy())
        var observed = ObservedMigration(Situation(world.world, acceptance: acceptance), now: world.now)
        let desired = acceptance.inputs?.hash ?? ""
        observed.desired = desired
        if observed.revision(desired) == nil {
            observed.revisions.append(
                KnownRevision(name: desired, number: 99, uid: "new", resourceVersion: "0", gpusPerReplica: gpus))
        }
        for index in observed.revisions.indices { observed.revisions[index].gpusPerReplica = gpus }
        for index in observed.deployments.indices { observed.deployments[index].gpusPerReplica = gpus }
        return MigrationForecast(observed)
    }

    private static func served(_ change: (inout MigrationSpec) -> Void = { _ in }) -> PlannerWorld {
        var world = PlannerWorld {
            $0.replicas = 2
            $0.migration = MigrationSpec()
            change(&$0.migration!)
        }
        _ = world.serve()
        return world
    }

    @Test func twoColoursNeedTwiceTheGPUs() {
        var world = Self.served()
        world.world.cluster.spec.model.version = "2"
        let forecast = Self.forecast(world)
        #expect(forecast.obstacle == nil)
        #expect(forecast.gpusBefore == 4 && forecast.peakGPUs == 8 && forecast.stages.last?.gpus == 4)
        #expect(forecast.text.hasSuffix("GPUs: 4 now, 8 at most, 4 at the end.\n"))
    }

    @Test func nothingToDoIsSaid() {
        #expect(Self.forecast(Self.served()).stages.isEmpty)
    }

    /// In place a replica is exchanged at a time, so that the peak is what runs.
    @Test func inPlaceNeedsNoMore() {
        var world = Self.served { $0.onInsufficientCapacity = .inPlace }
        world.world.cluster.spec.model.version = "2"
        world.world.quotas = [
            ResourceQuota(
                metadata: ObjectMeta(name: "gpus"),
                status: .init(
                    hard: ["requests.nvidia.com/gpu": Quantity(milli: 4000)],
                    used: ["requests.nvidia.com/gpu": Quantity(milli: 4000)]))
        ]
        let forecast = Self.forecast(world)
        #expect(forecast.obstacle == nil && forecast.peakGPUs == 4)
        #expect(forecast.stages.contains { $0.step == .replacing })
    }

    @Test func wantOfGPUsIsSaidBeforehand() {
        var world = Self.served { $0.onInsufficientCapacity = .fail }
        world.world.cluster.spec.model.version = "2"
        world.world.quotas = [
            ResourceQuota(
                metadata: ObjectMeta(name: "gpus"),
                status: .init(
                    hard: ["requests.nvidia.com/gpu": Quantity(milli: 4000)],
                    used: ["requests.nvidia.com/gpu": Quantity(milli: 4000)]))
        ]
        let forecast = Self.forecast(world)
        #expect(forecast.obstacle?.hasPrefix("InsufficientCapacity: 4 GPUs are needed") == true)
        #expect(forecast.peakGPUs == 4)
    }

    /// What then runs takes the same steps at the same sizes.
    @Test func whatThenRunsEqualsIt() {
        var world = Self.served()
        world.world.cluster.spec.model.version = "2"
        let forecast = Self.forecast(world)
        var steps: [Step] = []
        var peak = 0
        for _ in 0..<60 {
            for deployment in world.world.deployments { world.setReady(deployment.metadata.labels?[Labels.revision]) }
            let isQuiet = world.step().isEmpty
            if let step = world.record?.step, steps.last != step { steps.append(step) }
            peak = max(peak, world.world.deployments.reduce(0) { $0 + 2 * ($1.spec.replicas ?? 1) })
            if isQuiet, world.record?.step == .stable { break }
            if isQuiet { world.now = world.now + .seconds(600) }
        }
        let told = forecast.stages.map(\.step).reduce(into: [Step]()) { if $0.last != $1 { $0.append($1) } }
        // Which of the first steps are seen apart depends on how often one looks.
        #expect(steps.last == .stable && steps.filter { $0 != .stable }.allSatisfy(told.contains))
        #expect(peak == forecast.peakGPUs)
    }
}
