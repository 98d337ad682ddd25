import Base
import DeepSeekAPI
import FoundationEssentials
import HTTPTransport
import KubeClient
import KubeCore
import TestSupport
import Testing

/// A cluster that migrates, with engines that answer in its pods and clients that ask them.
struct MigrationScene: Sendable {
    let scene: Scene
    let clients: ServiceClients

    init(_ backend: Backend, _ name: String) async throws {
        scene = try await Scene(backend, name, hasEngines: true)
        clients = ServiceClients(scene.client, transport: scene.cluster.transport, namespace: scene.namespace)
    }

    /// - Parameters:
    ///   - version: of the model: another one is another revision.
    ///   - migration: fields of spec.migration, in flow style.
    ///   - annotations: of the pods, which say how the simulated engine behaves.
    func apply(
        version: Int, replicas: Int = 2, image: String = "vllm/vllm-openai:v0.33.0", migration: String = "",
        annotations: [String: String] = [:], operation: String? = nil, drainSeconds: Int = 30
    ) async throws {
        let notes = annotations.sorted { $0.key < $1.key }
            .map { "simulation.deepseek.io/\($0.key): '\($0.value)'" }.joined(separator: ", ")
        let fields =
            (migration.contains("scaleDownDelay") ? [] : ["scaleDownDelaySeconds: 1"])
            + (migration.isEmpty ? [] : [migration])
        try await scene.apply(
            """
            model: {name: deepseek-r1, version: '\(version)', source: {pvc: {claimName: models}}}
            engine: {type: vllm, image: "\(image)"}
            pods: {preStopSeconds: 1, drainSeconds: \(drainSeconds), startupSeconds: 60, annotations: {\(notes)}}
            replicas: \(replicas)
            migration: {\(fields.joined(separator: ", "))}
            """ + (operation.map { "\noperation: {\($0)}" } ?? ""))
    }

    /// Waits until the revision that spec describes is the only one, and returns it.
    @discardableResult
    func settled(after old: String? = nil, within limit: Duration = .seconds(90)) async throws -> String {
        let status = try await scene.wait(for: "one revision", within: limit) {
            $0.activeRevision != old && $0.conditions?[type: "Ready"]?.status == .true
                && $0.migration?.step == "Stable"
        }
        return try #require(status.activeRevision)
    }

    /// Waits until a step is reached, and returns the revision that is made ready.
    @discardableResult
    func reached(_ step: String) async throws -> String? {
        try await scene.wait(for: step) { $0.migration?.step == step }.previewRevision
    }

    func operate(_ operation: String) async throws -> OperationStatus {
        let id = try #require(operation.firstMatch(of: /"id":"(\w+)"/)).1
        try await scene.kubectl(
            "patch", "dsc/r1", "--type=merge", "-p", #"{"spec":{"operation":\#(operation)}}"#)
        let status = try await scene.wait(for: "operation \(id)") {
            $0.operation?.id == String(id) && $0.operation?.phase != .running
        }
        return try #require(status.operation)
    }

    func liveRevision() async throws -> String? {
        let service = try await Api<Service>(scene.client, namespace: scene.namespace).get("r1")
        return service.spec?.selector?["serving.deepseek.io/revision"]
    }
}

@Suite(.timeLimit(.minutes(10))) struct MigrationSuiteTests {
    /// Two cores that are busy with other tests make half a second of an answer that takes none.
    private static let judged = """
        warmUp: {requests: 2}, analysis: {prePromotion: {maxLatencyMilliseconds: 5000}, postPromotion: [\
        {name: errors, engineMetric: errorRatePercent, intervalSeconds: 1, count: 2, minRequests: 1}]}
        """

    /// Under load, warmed up, judged twice, and no request lost; a stream that began before the switch ends whole, and
    /// the old revision waits for it.
    @Test(arguments: Backend.available)
    func aMigrationLosesNoRequestAndNoStream(backend: Backend) async throws {
        let stage = try await MigrationScene(backend, "migrate")
        try await stage.scene.withOperator {
            try await stage.apply(version: 1, annotations: ["token-milliseconds": "20"])
            let blue = try await stage.settled()
            let (revision, stream) = try await stage.clients.openStream(tokens: 600)
            #expect(revision == blue)
            async let text = stream.body.collect(maxBytes: 1 << 20)
            let green = try await stage.clients.whileAsking {
                try await stage.apply(
                    version: 2, migration: Self.judged, annotations: ["token-milliseconds": "20"])
                try await stage.reached("Draining")
                // The stream goes on, so the old revision is there.
                #expect(try await stage.scene.deployments.getIfExists("r1-\(blue)") != nil)
                return try await stage.settled(after: blue)
            }
            let events = String(decoding: try await text, as: UTF8.self).split(separator: "\n\n")
            #expect(events.count == 601 && events.last == "data: [DONE]")
            #expect(try await stage.scene.deployments.getIfExists("r1-\(blue)") == nil)
            let tally = stage.clients.tally
            #expect(tally.failures.isEmpty && tally.answered > 50, "\(tally)")
            #expect(Set(tally.revisions.keys) == [blue, green])
            let status = try await stage.scene.status()
            #expect(status.conditions?[type: "WarmedUp"]?.reason == "Passed")
            #expect(status.conditions?[type: "AnalysisPassed"]?.status == .true)
            #expect(status.history?.map(\.revision) == [green, blue])
        }
    }

    struct BadVersion: Sendable, CustomStringConvertible {
        var description: String
        var image = "vllm/vllm-openai:v0.33.0"
        var migration = ""
        var annotations: [String: String] = [:]
        var reason: String
    }

    static let badVersions = [
        BadVersion(
            description: "its image cannot be pulled", image: "vllm/broken:1", migration: "progressDeadlineSeconds: 3",
            reason: "ProgressDeadlineExceeded"),
        BadVersion(
            description: "it fails", migration: "warmUp: {requests: 2}", annotations: ["error-percent": "100"],
            reason: "WarmUpFailed"),
        BadVersion(
            description: "it is slow",
            migration: "warmUp: {requests: 2}, analysis: {prePromotion: {maxLatencyMilliseconds: 300}}",
            annotations: ["first-token-milliseconds": "800"], reason: "AnalysisFailed"),
    ]

    @Test(arguments: Backend.available, badVersions)
    func aBadVersionNeverServes(backend: Backend, bad: BadVersion) async throws {
        let stage = try await MigrationScene(backend, "bad")
        try await stage.scene.withOperator {
            try await stage.apply(version: 1)
            let blue = try await stage.settled()
            try await stage.clients.whileAsking(width: 2) {
                try await stage.apply(
                    version: 2, image: bad.image, migration: bad.migration, annotations: bad.annotations)
                let status = try await stage.scene.wait(for: "the rejection") {
                    $0.migration?.step == "Stable" && $0.history?.contains { $0.rejected != nil } == true
                }
                #expect(status.history?.compactMap(\.rejected?.reason) == [bad.reason])
                #expect(status.activeRevision == blue && status.conditions?[type: "Available"]?.status == .true)
                #expect(status.conditions?[type: "Ready"]?.reason == "RevisionRejected")
            }
            let tally = stage.clients.tally
            #expect(tally.failures.isEmpty && Set(tally.revisions.keys) == [blue], "\(tally)")
            let left = try await stage.scene.deployments.list().items.map(\.metadata.name)
            #expect(left == ["r1-\(blue)"])
        }
    }

    /// What shows only under load is seen after the switch, and clients go back.
    @Test(arguments: Backend.available)
    func aVersionThatFailsUnderLoadIsRolledBack(backend: Backend) async throws {
        let stage = try await MigrationScene(backend, "rollback")
        try await stage.scene.withOperator {
            try await stage.apply(version: 1)
            let blue = try await stage.settled()
            try await stage.clients.whileAsking {
                let analysis = """
                    analysis: {postPromotion: [{name: errors, engineMetric: errorRatePercent, intervalSeconds: 1, \
                    count: 3, onNoData: Ignore}]}
                    """
                try await stage.apply(version: 2, migration: analysis, annotations: ["error-percent": "50"])
                let status = try await stage.scene.wait(for: "the way back") {
                    $0.migration?.step == "Stable" && $0.history?.contains { $0.rejected != nil } == true
                }
                #expect(status.history?.compactMap(\.rejected?.reason) == ["AnalysisFailed"])
                #expect(status.activeRevision == blue)
            }
            #expect(try await stage.liveRevision() == blue)
            #expect(stage.clients.tally.revisions.count == 2)
        }
    }

    // MARK: Quota

    @Test(arguments: Backend.available, ["Fail", "Wait", "InPlace"])
    func aQuotaThatDoesNotHoldBoth(backend: Backend, policy: String) async throws {
        let stage = try await MigrationScene(backend, "quota")
        try await stage.scene.kubectl("create", "quota", "gpus", "--hard=requests.nvidia.com/gpu=2")
        if backend == .real {
            // Before its controller has counted for the first time a quota holds nothing back; on a new control plane that
            // takes a minute and more, when a definition was just added.
            try await eventually("the quota counts", within: .seconds(180)) {
                try await stage.scene.kubectl("get", "quota", "gpus", "-o", "jsonpath={.status.hard}") != ""
            }
        }
        try await stage.scene.withOperator {
            try await stage.apply(version: 1)
            let blue = try await stage.settled()
            try await stage.clients.whileAsking(width: 2) {
                try await stage.apply(
                    version: 2, migration: "onInsufficientCapacity: \(policy), capacityWaitSeconds: 60")
                switch policy {
                case "Fail":
                    let status = try await stage.scene.wait(for: "the refusal") {
                        $0.migration?.step == "Stable" && $0.history?.contains { $0.rejected != nil } == true
                    }
                    #expect(status.history?.compactMap(\.rejected?.reason) == ["InsufficientCapacity"])
                    #expect(status.activeRevision == blue)
                case "Wait":
                    try await stage.reached("AwaitingCapacity")
                    let capacity = try await stage.scene.status().conditions?[type: "CapacityAvailable"]
                    #expect(capacity?.status == .false && capacity?.reason == "InsufficientQuota")
                    try await stage.scene.kubectl(
                        "patch", "quota/gpus", "--type=merge", "-p",
                        #"{"spec":{"hard":{"requests.nvidia.com/gpu":"4"}}}"#)
                    try await stage.settled(after: blue)
                default: try await stage.settled(after: blue, within: .seconds(120))
                }
                // A refusal comes at once.
                try await eventually("the clients were served meanwhile") { stage.clients.tally.answered > 10 }
            }
            let tally = stage.clients.tally
            #expect(tally.failures.isEmpty, "\(tally)")
        }
    }

    // MARK: Operations

    @Test(arguments: Backend.available)
    func operationsAreCarriedOutOnceAnId(backend: Backend) async throws {
        let stage = try await MigrationScene(backend, "operate")
        try await stage.scene.withOperator {
            // Replayed from Git: it was there before the resource.
            try await stage.apply(version: 1, operation: "id: first, type: Restart")
            let blue = try await stage.settled()
            #expect(try await stage.scene.status().operation?.phase == .skipped)

            try await stage.apply(version: 2, migration: "autoPromote: false")
            let green = try #require(try await stage.reached("AwaitingPromotion"))
            let wrong = try await stage.operate(#"{"id":"a","type":"Promote","targetRevision":"\#(blue)"}"#)
            #expect(wrong.phase == .failed)
            let abort = try await stage.operate(#"{"id":"b","type":"Abort","targetRevision":null}"#)
            #expect(abort.phase == .succeeded)
            try await stage.scene.wait(for: "stable") { $0.migration?.step == "Stable" }
            #expect(try await stage.liveRevision() == blue)

            #expect(try await stage.operate(#"{"id":"c","type":"Retry"}"#).phase == .succeeded)
            try await stage.reached("AwaitingPromotion")
            #expect(try await stage.operate(#"{"id":"d","type":"Pause"}"#).phase == .succeeded)
            #expect(try await stage.operate(#"{"id":"e","type":"Resume"}"#).phase == .succeeded)
            let promote = try await stage.operate(#"{"id":"f","type":"Promote","targetRevision":"\#(green)"}"#)
            #expect(promote.phase == .succeeded)
            try await stage.settled(after: blue)
            #expect(try await stage.liveRevision() == green)

            let back = try await stage.operate(#"{"id":"g","type":"Rollback","targetRevision":"\#(blue)"}"#)
            #expect(back.phase == .succeeded)
            try await stage.scene.wait(for: "the old revision") {
                $0.activeRevision == blue && $0.migration?.step == "Stable"
            }
            let before = try await pods(stage, blue)
            #expect(
                try await stage.operate(#"{"id":"h","type":"Restart","targetRevision":null}"#).phase == .succeeded)
            try await eventually("the pods are others") {
                let now = try await pods(stage, blue)
                return now.count == before.count && now.isDisjoint(with: before)
            }
        }
    }

    private func pods(_ stage: MigrationScene, _ revision: String) async throws -> Set<String> {
        let api = Api<Pod>(stage.scene.client, namespace: stage.scene.namespace)
        let list = try await api.list(ListOptions(labelSelector: "serving.deepseek.io/revision=\(revision)"))
        return Set(
            list.items.filter { $0.status?.conditions?[type: "Ready"]?.status == .true }.compactMap(\.metadata.uid))
    }

    // MARK: Crashes

    /// How many: the variable MIGRATIONS says so for a longer run.
    private static let migrations = ProcessInfo.processInfo.environment["MIGRATIONS"].flatMap { Int($0) } ?? 5

    /// Versions one after another, the operator killed every few seconds, and no request lost.
    @Test(arguments: Backend.available)
    func migrationsUnderLoadWithTheOperatorKilled(backend: Backend) async throws {
        let stage = try await MigrationScene(backend, "twenty")
        var program = try await OperatorProcess(stage.scene, name: "first")
        try await stage.apply(version: 0, replicas: 1)
        _ = try await stage.settled()
        let (clients, scene) = (stage.clients, stage.scene)
        let isOver = Lock(false)
        let killer = Task { [program] in
            var program = program
            var kills = 0
            while !isOver.withLock(\.self) {
                try await Task.sleep(for: .seconds(4))
                try await program.process.kill()
                kills += 1
                program = try await OperatorProcess(scene, name: "operator-\(kills)")
            }
            try await program.process.kill()
            return kills
        }
        try await clients.whileAsking {
            for version in 1...Self.migrations {
                let before = try await stage.liveRevision()
                try await stage.apply(version: version, replicas: 1, migration: "scaleDownDelaySeconds: 0")
                try await scene.wait(for: "version \(version)", within: .seconds(120)) {
                    $0.activeRevision != before && $0.history?.first?.version == "\(version)"
                }
            }
        }
        isOver.withLock { $0 = true }
        let kills = try await killer.value
        let tally = clients.tally
        print(
            "\(Self.migrations) migrations on \(backend): \(kills) kills, \(tally.answered) requests, "
                + "\(tally.failures.count) lost")
        #expect(tally.failures.isEmpty && kills >= 2, "\(kills) kills, \(tally.failures.prefix(5))")
        #expect(tally.revisions.count > Self.migrations / 2)
        program = try await OperatorProcess(scene, name: "last")
        try await stage.settled(within: .seconds(120))
        try await program.process.kill()
    }
}
