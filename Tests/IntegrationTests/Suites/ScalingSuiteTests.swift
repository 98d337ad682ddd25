import Base
import DeepSeekAPI
import HTTPTransport
import KubeClient
import KubeCore
import TestSupport
import Testing

/// What the autoscaler does beside following the load: trouble of every kind, restarts, schedules and quotas.
@Suite(.timeLimit(.minutes(6))) struct ScalingSuiteTests {
    private static func spec(_ url: String, query: String = "sum(rate(requests_total[1m]))", _ more: String) -> String {
        minimalSpec + "\n" + """
            autoscaling:
              minReplicas: 1
              maxReplicas: 5
              syncPeriodSeconds: 1
              source:
                prometheus:
                  url: \(url)
                  queries: [{metric: rps, query: '\(query)'}]
              metrics:
              - {type: External, external: {metric: {name: rps}, target: {type: AverageValue, averageValue: "180"}}}
            """ + "\n" + more.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
    }

    private static func replicas(_ scene: Scene) async throws -> Int? {
        try await scene.clusters.get("r1").spec.replicas
    }

    // MARK: - Trouble

    /// An answer that takes longer than a period, a quotient of nothing, and samples of an exporter that stands still.
    @Test(arguments: Backend.available)
    func slowFrozenAndEmptyMetricsNeverScaleDown(backend: Backend) async throws {
        let scene = try await Scene(backend, "frozen")
        let prometheus = FakePrometheus(rate: 540)
        try await prometheus.withServer { url in
            try await scene.withOperator {
                let more = "stalenessSeconds: 3\nbehavior: {scaleDown: {stabilizationWindowSeconds: 0}}"
                try await scene.apply(Self.spec(url, query: "requests_per_second", more))
                try await scene.waitUntilReady(replicas: 3)
                let troubles: [(begin: @Sendable () -> Void, end: @Sendable () -> Void, word: String)] = [
                    ({ prometheus.freeze() }, { prometheus.thaw() }, "old"),
                    ({ prometheus.set(delay: .seconds(2)) }, { prometheus.set(delay: .zero) }, "timeout"),
                    ({ prometheus.set(value: "NaN") }, {}, "not a number"),
                ]
                for trouble in troubles {
                    // What comes with the trouble would be one replica.
                    prometheus.set(rate: 100)
                    trouble.begin()
                    try await scene.wait(for: "the trouble is told: \(trouble.word)") {
                        $0.conditions?[type: "ScalingActive"]?.status == .false
                    }
                    let before = try await Self.replicas(scene)
                    try await Task.sleep(for: .seconds(3))
                    #expect(try await Self.replicas(scene) == before)
                    prometheus.set(rate: 540)
                    trouble.end()
                    try await scene.waitUntilReady(replicas: 3)
                    try await scene.wait(for: "the metric is back") {
                        $0.conditions?[type: "ScalingActive"]?.status == .true
                    }
                }
            }
        }
    }

    @Test(arguments: Backend.available)
    func theFallbackRaisesWhatRuns(backend: Backend) async throws {
        let scene = try await Scene(backend, "fallback")
        let prometheus = FakePrometheus(rate: 100)
        try await prometheus.withServer { url in
            try await scene.withOperator {
                try await scene.apply(
                    Self.spec(url, "fallback: {afterSeconds: 3, policy: AtLeast, replicas: 2}"))
                try await scene.waitUntilReady(replicas: 1)
                prometheus.set(status: 500, body: "oh no")
                try await scene.waitUntilReady(replicas: 2)
                try await eventually("its reason is told") {
                    try await scene.kubectl("get", "events", "-o", "jsonpath={.items[*].message}")
                        .contains("reason: fallback, no valid metric for")
                }
            }
        }
    }

    // MARK: - Guards

    /// Answers for every pod's engine, whose addresses lead nowhere in a simulation; all else goes its way.
    private struct EngineAnswers: Transport {
        var others: any Transport
        var inFlight: @Sendable () -> Int

        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            guard request.url.hasSuffix(":8000/metrics") else { return try await others.send(request) }
            let text = "vllm:num_requests_running \(inFlight())\nvllm:num_requests_waiting 0\n"
            return HTTPResponse(status: 200, body: Array(text.utf8))
        }

        func stream(_ request: HTTPRequest) async throws(TransportError) -> StreamedResponse {
            try await others.stream(request)
        }
    }

    /// The metric asks for one replica, and each has 20 requests in flight: one step, and no second one before the time of a
    /// cold start.
    @Test(arguments: Backend.available)
    func aGuardAddsAStepAndNoMore(backend: Backend) async throws {
        let scene = try await Scene(backend, "guard")
        let prometheus = FakePrometheus(rate: 100)
        let inFlight = Lock(5)
        let transport = EngineAnswers(others: scene.cluster.transport) { inFlight.withLock { $0 } }
        try await prometheus.withServer { url in
            try await scene.withOperator(transport: transport) {
                try await scene.apply(Self.spec(url, "guards: [{metric: inFlightPerReplica, max: 12}]"))
                try await scene.waitUntilReady(replicas: 1)
                inFlight.withLock { $0 = 20 }
                try await scene.waitUntilReady(replicas: 2)
                let status = try await scene.wait(for: "the step is told") { $0.autoscaling?.lastDecision?.guards == 2 }
                #expect(status.autoscaling?.lastDecision?.raw == 1)
                #expect(try await Self.memory(scene)?["lastGuardStep"]?.intValue != nil)
            }
        }
    }

    // MARK: - Restarts

    /// One pod in 30 s: a process that begins anew does not take the next one early.
    @Test(arguments: Backend.available)
    func theRateBudgetSurvivesAKill(backend: Backend) async throws {
        let scene = try await Scene(backend, "budget")
        let prometheus = FakePrometheus(rate: 100)
        try await prometheus.withServer { url in
            let first = try await OperatorProcess(scene, name: "first")
            let more = "behavior: {scaleUp: {policies: [{type: Pods, value: 1, periodSeconds: 30}]}}"
            try await scene.apply(Self.spec(url, more))
            try await scene.waitUntilReady(replicas: 1)
            prometheus.set(rate: 900)
            try await scene.waitUntilReady(replicas: 2)
            let raised = try #require(try await scene.status().autoscaling?.lastScaleTime)
            try await eventually("it is stored") {
                try await Self.memory(scene)?["scaleUpEvents"]?.arrayValue?.isEmpty == false
            }
            try await first.process.kill()
            let second = try await OperatorProcess(scene, name: "second")
            try await eventually("three replicas are wished for", within: .seconds(60)) {
                try await Self.replicas(scene) == 3
            }
            let again = try await scene.wait(for: "the time of it") { $0.autoscaling?.lastScaleTime != raised }
            // In whole seconds, both.
            #expect(try #require(again.autoscaling?.lastScaleTime).since(raised) >= .seconds(29))
            #expect(try second.log.contains("SuccessfulRescale"), "it scaled itself")
            try await second.process.kill()
        }
    }

    /// A window of 75 s, killed after 30 to 60: it ends about when it would have, and not before.
    @Test(arguments: Backend.available)
    func theStabilizationWindowSurvivesAKill(backend: Backend) async throws {
        let scene = try await Scene(backend, "window")
        let prometheus = FakePrometheus(rate: 540)
        try await prometheus.withServer { url in
            let first = try await OperatorProcess(scene, name: "first")
            try await scene.apply(Self.spec(url, "behavior: {scaleDown: {stabilizationWindowSeconds: 75}}"))
            try await scene.waitUntilReady(replicas: 3)
            prometheus.set(rate: 100)
            let fallen = ContinuousClock.now
            // Thirty seconds without the old recommendation, and it is stored with its time.
            try await eventually("the window is stored", within: .seconds(70)) {
                let stored = try await Self.memory(scene)
                return stored?["recommendations"]?.arrayValue?.contains { $0["replicas"] == 3 && $0["time"] != nil }
                    == true
            }
            try await first.process.kill()
            let second = try await OperatorProcess(scene, name: "second")
            try await eventually("one replica is wished for", within: .seconds(90)) {
                try await Self.replicas(scene) == 1
            }
            let held = fallen.duration(to: .now)
            #expect(held > .seconds(73) && held < .seconds(100), "held for \(held)")
            try await second.process.kill()
        }
    }

    private static func memory(_ scene: Scene) async throws -> JSONValue? {
        let found = try await Api<ConfigMap>(scene.client, namespace: scene.namespace).getIfExists("r1-autoscaling")
        return try found?.data?["state"].map { try JSONValue(parsing: Array($0.utf8)) }
    }

    /// Somebody else's ConfigMap of that name is left alone, and scaling goes on.
    @Test(arguments: Backend.available)
    func aForeignConfigMapIsLeftAlone(backend: Backend) async throws {
        let scene = try await Scene(backend, "foreign")
        let prometheus = FakePrometheus(rate: 100)
        try await scene.kubectl("create", "configmap", "r1-autoscaling", #"--from-literal=state="mine""#)
        try await prometheus.withServer { url in
            try await scene.withOperator {
                try await scene.apply(Self.spec(url, ""))
                try await scene.waitUntilReady(replicas: 1)
                prometheus.set(rate: 540)
                try await scene.waitUntilReady(replicas: 3)
                #expect(try await Self.memory(scene) == "mine")
                try await eventually("it is told") {
                    try await scene.kubectl("get", "events", "-o", "jsonpath={.items[*].reason}")
                        .contains("AutoscalerForgets")
                }
            }
        }
    }

    // MARK: - Bounds

    @Test(arguments: Backend.available)
    func aScheduleRaisesTheMinimum(backend: Backend) async throws {
        let scene = try await Scene(backend, "schedule")
        let prometheus = FakePrometheus(rate: 100)
        try await prometheus.withServer { url in
            try await scene.withOperator {
                // It begins every minute, and ends on a day that never comes.
                let always =
                    "{name: always, timeZone: Asia/Shanghai, start: '* * * * *', end: '0 0 30 2 *', minReplicas: 3}"
                try await scene.apply(Self.spec(url, "schedules: [\(always)]"))
                try await scene.waitUntilReady(replicas: 3)
                try await scene.apply(
                    Self.spec(url, "schedules: [\(always.replacing("Asia/Shanghai", with: "Mars/Phobos"))]"))
                let status = try await scene.wait(for: "the zone is refused") {
                    $0.conditions?[type: "Accepted"]?.status == .false
                }
                #expect(status.conditions?[type: "Accepted"]?.message.contains("schedules[0].timeZone") == true)
                #expect(try await Self.replicas(scene) == 3)
            }
        }
    }

    @Test(arguments: Backend.available)
    func aQuotaBoundsTheAskBeforeItIsMade(backend: Backend) async throws {
        let scene = try await Scene(backend, "quota")
        let prometheus = FakePrometheus(rate: 100)
        try await scene.kubectl("create", "quota", "team", "--hard=requests.nvidia.com/gpu=2")
        try await prometheus.withServer { url in
            try await scene.withOperator {
                try await scene.apply(Self.spec(url, "behavior: {scaleDown: {stabilizationWindowSeconds: 0}}"))
                try await scene.waitUntilReady(replicas: 1)
                prometheus.set(rate: 900)
                try await scene.waitUntilReady(replicas: 2)
                let status = try await scene.wait(for: "the quota is told") {
                    $0.conditions?[type: "CapacityAvailable"]?.reason == "QuotaTooSmall"
                }
                #expect(status.conditions?[type: "ScalingLimited"]?.reason == "InsufficientCapacity")
                #expect(status.conditions?[type: "CapacityAvailable"]?.message.contains("team") == true)
                #expect(status.autoscaling?.lastDecision?.capacity == 2)
                #expect(try await Self.replicas(scene) == 2)
                #expect(status.autoscaling?.coldStart?.samples ?? 0 >= 1)
                // Room is made, and used.
                try await scene.kubectl(
                    "patch", "quota/team", "--type=merge", "-p", #"{"spec":{"hard":{"requests.nvidia.com/gpu":"4"}}}"#)
                try await scene.waitUntilReady(replicas: 4)
            }
        }
    }
}
