import Base
import KubeCore
import KubeRuntime
import Telemetry
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct ControllerTests {
    let clock = ManualClock()
    let runs = Recorder<String>()
    let registry = MetricsRegistry()
    let quiet = Logger(level: .error, sink: NoSink())

    func reflector(_ script: [ScriptedSource.Step]) -> Reflector<Widget> {
        Reflector(source: ScriptedSource(script), configuration: plainConfiguration(), clock: clock, log: quiet)
    }

    func controller(
        _ configuration: ControllerConfiguration = ControllerConfiguration(),
        _ reconcile: @escaping @Sendable (ReconcileRequest) async throws -> ReconcileResult
    ) -> Controller {
        Controller(
            "test", configuration: configuration, clock: clock, log: quiet, registry: registry, reconcile: reconcile)
    }

    func running(
        _ controller: Controller, _ reflectors: [Reflector<Widget>] = [], _ body: () async throws -> Void
    ) async throws {
        let tasks = reflectors.map { reflector in Task { await reflector.run() } } + [Task { await controller.run() }]
        try await body()
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    @Test func reconcilesWhatIsListedAndThenWhatChanges() async throws {
        let (live, feed) = AsyncStream<ListWatchEvent<Widget>>.makeStream()
        let widgets = reflector([.page(page([Widget("a")])), .live(live)])
        let controller = controller { [runs] in
            runs.record($0.name)
            return .done
        }
        controller.watch(widgets, when: .generationChanged)
        try await running(controller, [widgets]) {
            #expect(try await runs.waitFor(1) == ["a"])
            feed.yield(.applied(Widget("a", version: 11)))
            feed.yield(.applied(Widget("a").with(generation: 2, version: 12)))
            feed.yield(.deleted(Widget("a").with(generation: 2, version: 13)))
            feed.yield(.applied(Widget("b", version: 14)))
            // The status-only change at version 11 is filtered; the other two may coalesce.
            try await eventually { runs.entries.contains("b") && runs.entries.count { $0 == "a" } >= 2 }
            #expect((3...4).contains(runs.entries.count))
            feed.finish()
        }
    }

    @Test func beginsOnlyWhenEveryStoreHoldsAWholeList() async throws {
        let synced = reflector([.page(page([Widget("a")])), .watch([], then: .open)])
        let slow = reflector([.page(page([Widget("b")], next: "token"))])
        let controller = controller { [runs] in
            runs.record($0.name)
            return .done
        }
        controller.watch(synced)
        controller.watch(slow)
        try await running(controller, [synced, slow]) {
            try await synced.store.waitUntilSynchronized()
            for _ in 0..<100 { await Task.yield() }
            #expect(runs.entries == [])
        }
    }

    @Test func mapsOwnedObjectsToTheirController() async throws {
        let owner = ResourceType(
            group: "serving.deepseek.io", version: "v1alpha1", kind: "DeepSeekCluster", plural: "x")
        func reference(_ name: String, group: String = "serving.deepseek.io", controller: Bool = true) -> OwnerReference
        {
            OwnerReference(
                apiVersion: "\(group)/v1beta9", kind: "DeepSeekCluster", name: name, uid: name, controller: controller)
        }
        let (live, feed) = AsyncStream<ListWatchEvent<Widget>>.makeStream()
        let widgets = reflector([.page(page([])), .live(live)])
        let controller = controller { [runs] in
            runs.record($0.description)
            return .done
        }
        controller.watch(widgets, ownedBy: owner)
        try await running(controller, [widgets]) {
            feed.yield(.applied(Widget("stranger", version: 11)))
            feed.yield(.applied(Widget("x", version: 12).owned(by: reference("wrong", group: "other.io"))))
            feed.yield(.applied(Widget("y", version: 13).owned(by: reference("wrong", controller: false))))
            feed.yield(.applied(Widget("z", version: 14).owned(by: reference("r1"))))
            let first = try await runs.waitFor(1)
            #expect(first == ["ns/r1"])
            feed.yield(.applied(Widget("z", version: 15).owned(by: reference("r2"))))
            let later = try await runs.waitFor(3).dropFirst()
            #expect(Set(later) == ["ns/r1", "ns/r2"])
            feed.finish()
        }
    }

    @Test func requeuesAfterTheTimeAsked() async throws {
        let controller = controller { [runs] in
            runs.record($0.name)
            return .requeue(after: .seconds(30))
        }
        controller.enqueue(key("a"))
        try await running(controller) {
            try await runs.waitFor(1)
            try await eventually { clock.nextDeadline?.offset == .seconds(30) }
            clock.advance(by: .seconds(30))
            try await runs.waitFor(2)
        }
        #expect(registry.counter(.reconcileTotal).value(["test", "requeue_after"]) == 2)
    }

    @Test func failuresBackOffUntilASuccess() async throws {
        let controller = controller { [runs] request in
            runs.record(request.name)
            if runs.entries.count < 4 { throw Status.unavailable }
            return .done
        }
        controller.enqueue(key("a"))
        try await running(controller) {
            for (run, delay) in [5, 10, 20].enumerated() {
                try await runs.waitFor(run + 1)
                let deadline = clock.now.advanced(by: .milliseconds(delay))
                try await eventually { clock.nextDeadline == deadline }
                clock.advance(by: .milliseconds(delay))
            }
            try await runs.waitFor(4)
            try await eventually { registry.counter(.reconcileTotal).value(["test", "success"]) == 1 }
        }
        #expect(registry.counter(.reconcileErrorsTotal).value(["test"]) == 3)
    }

    @Test func aTerminalErrorWaitsForAChange() async throws {
        let controller = controller { [runs] in
            runs.record($0.name)
            throw TerminalError(Status.invalid)
        }
        controller.enqueue(key("a"))
        try await running(controller) {
            try await runs.waitFor(1)
            try await eventually { registry.counter(.reconcileErrorsTotal).value(["test"]) == 1 }
            #expect(clock.nextDeadline == nil)
            controller.enqueue(key("a"))
            try await runs.waitFor(2)
        }
    }

    @Test func aReconcileThatHangsIsCancelledAndTriedAgain() async throws {
        let controller = controller { [runs] in
            runs.record($0.name)
            if runs.entries.count == 1 { try await Latch().wait() }
            return .done
        }
        controller.enqueue(key("a"))
        try await running(controller) {
            try await runs.waitFor(1)
            await clock.waitUntilSleeping()
            clock.advance(by: .seconds(60))
            try await eventually { clock.nextDeadline?.offset == .seconds(60) + .milliseconds(5) }
            clock.advance(by: .milliseconds(5))
            try await runs.waitFor(2)
        }
        #expect(registry.text().contains(#"controller_runtime_reconcile_timeouts_total{controller="test"} 1"#))
    }

    @Test func runsAtMostAsManyAtOnceAsAllowedAndNoKeyTwice() async throws {
        let active = Lock<(now: Set<String>, most: Int, isDoubled: Bool)>(([], 0, false))
        let controller = controller(ControllerConfiguration(maxConcurrentReconciles: 3)) { [runs] request in
            active.withLock { state in
                if !state.now.insert(request.name).inserted { state.isDoubled = true }
                state.most = max(state.most, state.now.count)
            }
            for _ in 0..<10 { await Task.yield() }
            active.withLock { _ = $0.now.remove(request.name) }
            runs.record(request.name)
            return .done
        }
        for index in 0..<60 { controller.enqueue(key("\(index % 20)")) }
        try await running(controller) {
            for index in 0..<60 { controller.enqueue(key("\(index % 20)")) }
            try await eventually { Set(runs.entries).count == 20 && active.withLock { $0.now.isEmpty } }
        }
        let (_, most, isDoubled) = active.withLock { $0 }
        #expect(most == 3)
        #expect(!isDoubled)
    }

    @Test func cancellationLetsWhatRunsEndAndDropsTheRest() async throws {
        let (started, finish) = (Latch(), Latch())
        let controller = controller { [runs] request in
            started.open()
            try await finish.wait()
            runs.record(request.name)
            return .done
        }
        controller.enqueue(key("a"))
        controller.enqueue(key("b"))
        let task = Task { await controller.run() }
        try await started.wait()
        task.cancel()
        finish.open()
        await task.value
        #expect(runs.entries == ["a"])
    }

    @Test func theGracePeriodCutsOffWhatDoesNotEnd() async throws {
        let started = Latch()
        let configuration = ControllerConfiguration(reconcileTimeout: .seconds(600), gracePeriod: .seconds(20))
        let controller = controller(configuration) { [runs] _ in
            started.open()
            do {
                try await Latch().wait()
            } catch {
                runs.record("cut off")
                throw error
            }
            return .done
        }
        controller.enqueue(key("a"))
        let task = Task { await controller.run() }
        try await started.wait()
        task.cancel()
        try await eventually { clock.nextDeadline?.offset == .seconds(20) }
        clock.advance(by: .seconds(20))
        await task.value
        #expect(runs.entries == ["cut off"])
    }
}
