import Base
import DeepSeekAPI
import FoundationEssentials
import Glibc
import KubeClient
import KubeCore
import TestSupport
import Testing

/// Open streams across a cutover, by the hundred; by the thousand where the variable STREAMS says how many.
@Suite(.timeLimit(.minutes(10))) struct StreamCutoverTests {
    private static var count: Int { ProcessInfo.processInfo.environment["STREAMS"].flatMap { Int($0) } ?? 300 }

    /// Built next to the tests.
    private static func program() throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return tests.split(separator: "/").dropLast().reduce(into: "") { $0 += "/" + $1 } + "/stream-clients"
    }

    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, 20_000)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    @Test func noStreamIsCutBeforeTheDrainDeadline() async throws {
        Self.raiseDescriptorLimit()
        let stage = try await MigrationScene(.simulator, "streams")
        let folder = try TemporaryFolder()
        try await stage.scene.withOperator {
            let pace = ["token-milliseconds": "3000", "first-token-milliseconds": "100"]
            try await stage.apply(version: 1, replicas: 3, annotations: pace, drainSeconds: 400)
            let blue = try await stage.settled()
            let pods = try await Api<Pod>(stage.scene.client, namespace: stage.scene.namespace).list().items
            let addresses = pods.compactMap(\.status?.podIP).map { "\($0):8000" }
            #expect(addresses.count == 3)
            let clients = try await ServerProcess.start(
                try Self.program(), ["\(Self.count)", "20", "deepseek-r1"] + addresses, log: folder.path("log"))
            try await eventually("all streams are open", within: .seconds(180)) {
                try folder.read("log").contains("open \(Self.count)\n")
            }
            try await stage.apply(version: 2, replicas: 3, annotations: pace, drainSeconds: 400)
            try await stage.scene.wait(for: "the switch", within: .seconds(120)) {
                $0.activeRevision != nil && $0.activeRevision != blue
            }
            let switched = ContinuousClock.now
            #expect(clients.isRunning, "the streams ended before the switch: too short to show anything")
            try await clients.exited()
            let lasted = switched.duration(to: .now)
            let log = try folder.read("log")
            print(
                "\(Self.count) streams across a cutover: \(log.split(separator: "\n").last ?? ""), the last "
                    + "ended \(lasted) after the switch")
            #expect(log.hasSuffix("whole \(Self.count) cut 0\n"), "\(log)")
            try await stage.settled(after: blue, within: .seconds(120))
            #expect(try await stage.scene.deployments.getIfExists("r1-\(blue)") == nil)
        }
    }
}
