import Base
import KubeRuntime
import Telemetry
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct WorkQueueTests {
    let clock = ManualClock()

    @Test func givesKeysInOrderAndOnce() async {
        let queue = WorkQueue<String>()
        for key in ["a", "b", "a", "c", "b"] { queue.add(key) }
        #expect(queue.count == 3)
        #expect(await queue.next() == "a")
        #expect(await queue.next() == "b")
        #expect(await queue.next() == "c")
    }

    @Test func aKeyAddedWhileProcessedIsGivenAgainOnlyAfterDone() async {
        let queue = WorkQueue<String>()
        queue.add("a")
        #expect(await queue.next() == "a")
        queue.add("a")
        queue.add("a")
        #expect(queue.count == 0)
        queue.done("a")
        #expect(queue.count == 1)
        #expect(await queue.next() == "a")
        queue.done("a")
        #expect(queue.count == 0)
    }

    @Test func aWaitingConsumerGetsTheNextKey() async {
        let queue = WorkQueue<String>()
        async let key = queue.next()
        queue.add("a")
        #expect(await key == "a")
    }

    @Test func cancellingAConsumerEndsItsWaitAndLosesNoKey() async throws {
        let queue = WorkQueue<String>()
        let consumer = Task { await queue.next() }
        consumer.cancel()
        #expect(await consumer.value == nil)
        queue.add("a")
        #expect(await queue.next() == "a")
    }

    @Test func shutDownGivesOutWhatIsQueuedAndThenNil() async {
        let queue = WorkQueue<String>()
        queue.add("a")
        queue.shutDown()
        queue.add("b")
        #expect(await queue.next() == "a")
        #expect(await queue.next() == nil)
    }

    @Test func shutDownCanDropWhatIsQueuedAndWaitsForWhatRuns() async {
        let queue = WorkQueue<String>()
        queue.add("a")
        queue.add("b")
        #expect(await queue.next() == "a")
        queue.add("a")
        queue.shutDown(droppingQueued: true)
        #expect(await queue.next() == nil)
        async let idle: Void = queue.waitUntilIdle()
        queue.done("a")
        await idle
        #expect(queue.count == 0)
    }

    @Test func lowPriorityWaitsButDoesNotStarve() async {
        let queue = WorkQueue<String>()
        for index in 0..<3 { queue.add("low\(index)", priority: .low) }
        for index in 0..<30 { queue.add("normal\(index)") }
        var order: [String] = []
        for _ in 0..<33 {
            if let key = await queue.next() { order.append(key) }
        }
        #expect(order.filter { $0.hasPrefix("low") } == ["low0", "low1", "low2"])
        #expect(order.filter { $0.hasPrefix("normal") } == (0..<30).map { "normal\($0)" })
        #expect(order.firstIndex(of: "low0") == 9)
        #expect(order.firstIndex(of: "low1") == 19)
    }

    @Test func aChangeLiftsAKeyOutOfTheLowLine() async {
        let queue = WorkQueue<String>()
        queue.add("a", priority: .low)
        queue.add("b", priority: .low)
        queue.add("b")
        #expect(queue.count == 2)
        #expect(await queue.next() == "b")
        #expect(await queue.next() == "a")
        #expect(queue.count == 0)
    }

    @Test func metricsFollowClientGo() async {
        let registry = MetricsRegistry()
        let queue = RateLimitingQueue<String>(
            clock: clock, observer: WorkQueueMetrics(name: "dsc", registry: registry))
        queue.reportUnfinishedWork(name: "dsc", to: registry)
        queue.add("a")
        clock.advance(by: .seconds(2))
        _ = await queue.next()
        clock.advance(by: .seconds(3))
        let text = registry.text()
        #expect(text.contains(#"workqueue_adds_total{name="dsc",controller="dsc"} 1"#))
        #expect(text.contains(#"workqueue_depth{name="dsc",controller="dsc"} 0"#))
        #expect(text.contains(#"workqueue_queue_duration_seconds_sum{name="dsc",controller="dsc"} 2"#))
        #expect(text.contains(#"workqueue_unfinished_work_seconds{name="dsc",controller="dsc"} 3"#))
        queue.addRateLimited("b")
        queue.done("a")
        #expect(registry.text().contains(#"workqueue_work_duration_seconds_sum{name="dsc",controller="dsc"} 3"#))
        #expect(registry.text().contains(#"workqueue_retries_total{name="dsc",controller="dsc"} 1"#))
    }
}
