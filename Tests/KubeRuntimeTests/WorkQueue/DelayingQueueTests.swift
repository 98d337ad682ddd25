import Base
import KubeRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct DelayingQueueTests {
    let clock = ManualClock()
    let queue = WorkQueue<String>()

    /// Runs `body` beside the queue's pump.
    func running(_ body: (DelayingQueue<String>) async throws -> Void) async rethrows {
        let delaying = DelayingQueue(queue: queue, clock: clock)
        let pump = Task { await delaying.run() }
        try await body(delaying)
        pump.cancel()
        await pump.value
    }

    @Test func addsWhenTheDelayEndsAndNotBefore() async {
        await running { delaying in
            delaying.add("a", after: .seconds(10))
            await clock.waitUntilSleeping()
            clock.advance(by: .seconds(9))
            #expect(queue.count == 0)
            clock.advance(by: .seconds(1))
            #expect(await queue.next() == "a")
            #expect(delaying.delayedCount == 0)
        }
    }

    @Test func theEarliestOfSeveralDelaysWinsAndTheOthersAreForgotten() async {
        await running { delaying in
            delaying.add("a", after: .seconds(30))
            delaying.add("a", after: .seconds(10))
            delaying.add("a", after: .seconds(20))
            delaying.add("end", after: .seconds(60))
            #expect(delaying.delayedCount == 2)
            await clock.waitUntilSleeping()
            clock.advance(by: .seconds(10))
            #expect(await queue.next() == "a")
            queue.done("a")
            await clock.waitUntilSleeping()
            clock.advance(by: .seconds(50))
            #expect(await queue.next() == "end")
            #expect(queue.count == 0)
        }
    }

    @Test func anEarlierDelayWakesAPumpThatSleepsForALaterOne() async throws {
        try await running { delaying in
            delaying.add("late", after: .seconds(100))
            await clock.waitUntilSleeping()
            delaying.add("soon", after: .seconds(1))
            // The pump must have changed its alarm before time moves on.
            try await eventually { clock.nextDeadline?.offset == .seconds(1) }
            clock.advance(by: .seconds(1))
            #expect(await queue.next() == "soon")
            #expect(queue.count == 0)
        }
    }

    @Test(arguments: [Duration.zero, .seconds(-5)])
    func noDelayAddsAtOnce(_ delay: Duration) {
        let delaying = DelayingQueue(queue: queue, clock: clock)
        delaying.add("a", after: delay)
        #expect(queue.count == 1)
    }

    @Test func keysThatAreDueTogetherKeepTheirOrder() async {
        await running { delaying in
            let keys = (0..<50).map { "key\($0)" }
            for key in keys { delaying.add(key, after: .seconds(5)) }
            await clock.waitUntilSleeping()
            clock.advance(by: .seconds(5))
            var order: [String] = []
            for _ in keys { if let key = await queue.next() { order.append(key) } }
            #expect(order == keys)
        }
    }
}

@Suite struct RateLimiterTests {
    @Test func failuresOfAKeyDoubleItsDelayUpToTheCapUntilForgotten() {
        let limiter = ExponentialRateLimiter<String>(base: .milliseconds(5), cap: .milliseconds(100))
        let delays = (0..<6).map { _ in limiter.delay(for: "a") }
        #expect(delays == [5, 10, 20, 40, 80, 100].map { .milliseconds($0) })
        #expect(limiter.delay(for: "b") == .milliseconds(5))
        #expect(limiter.retries(of: "a") == 6)
        limiter.forget("a")
        #expect(limiter.retries(of: "a") == 0)
        #expect(limiter.delay(for: "a") == .milliseconds(5))
    }

    @Test func tenThousandFailuresStayAtTheCap() {
        let limiter = ExponentialRateLimiter<String>()
        for _ in 0..<10_000 { _ = limiter.delay(for: "a") }
        #expect(limiter.delay(for: "a") == .seconds(1000))
    }

    @Test func theBucketSpreadsABurst() {
        let clock = ManualClock()
        let limiter = TokenBucketRateLimiter<Int>(perSecond: 10, burst: 2, clock: clock)
        let delays = (0..<4).map { limiter.delay(for: $0) }
        #expect(delays == [.zero, .zero, .seconds(0.1), .seconds(0.2)])
        clock.advance(by: .seconds(60))
        #expect(limiter.delay(for: 9) == .zero)
    }
}
