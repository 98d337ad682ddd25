import ClusterSimulator
import KubeCore
import TestSupport
import Testing

@Suite struct RunTests {
    /// The clock stands still: only the change itself can wake the controllers.
    @Test(.timeLimit(.minutes(1))) func aChangeWakesTheControllers() async throws {
        let cluster = try VirtualCluster()
        let clock = ManualClock()
        let run = Task { try await cluster.controllers.run(clock: clock) }
        for name in ["a", "b"] {
            let watch = try cluster.store.watch(
                VirtualCluster.pods, namespace: nil, after: cluster.store.resourceVersion)
            try cluster.createDeployment(name, replicas: 1)
            let events = try #require(await watch.next())
            #expect(events.first?.object[path: "metadata", "name"]?.stringValue?.hasPrefix("\(name)-") ?? false)
            await clock.waitUntilSleeping()
        }
        run.cancel()
        try await run.value
    }
}
