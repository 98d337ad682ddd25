import Base
import KubeRuntime
import Testing

/// Random interleavings of producers, workers and cancelled consumers against what the queue guarantees.
@Suite(.timeLimit(.minutes(2))) struct WorkQueuePropertyTests {
    struct Ledger {
        /// Adds of each key so far, and how many of them its last run has seen.
        var added: [Int: Int] = [:]
        var seen: [Int: Int] = [:]
        var running: Set<Int> = []
        var violations: [String] = []
    }

    @Test func everyAddIsFollowedByARunAndNoKeyRunsTwiceAtOnce() async throws {
        let base = UInt64.random(in: 0 ..< .max)
        for round in 0..<20 {
            let seed = base &+ UInt64(round)
            let ledger = await interleave(seed: seed)
            #expect(ledger.violations == [], "seed \(seed)")
            #expect(ledger.seen == ledger.added, "seed \(seed): an add was followed by no run")
        }
    }

    private func interleave(seed: UInt64) async -> Ledger {
        let queue = WorkQueue<Int>()
        let ledger = Lock(Ledger())
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<3 { group.addTask { await work(queue, ledger, seed: seed &+ UInt64(worker) &* 7919) } }
            group.addTask {
                await withTaskGroup(of: Void.self) { producers in
                    for producer in 0..<3 {
                        producers.addTask {
                            await produce(queue, ledger, seed: seed ^ UInt64(producer + 1) &* 104_729)
                        }
                    }
                }
                await queue.waitUntilIdle()
                queue.shutDown()
            }
            // A consumer that is cancelled may still be handed a key; it then has to process it.
            let restless = Task { await work(queue, ledger, seed: seed) }
            for _ in 0..<5 { await Task.yield() }
            restless.cancel()
            await restless.value
        }
        return ledger.withLock { $0 }
    }

    private func work(_ queue: WorkQueue<Int>, _ ledger: Lock<Ledger>, seed: UInt64) async {
        var random = SplitMix64(seed: seed)
        while let key = await queue.next() {
            ledger.withLock { ledger in
                if !ledger.running.insert(key).inserted { ledger.violations.append("key \(key) runs twice at once") }
                ledger.seen[key] = ledger.added[key]
            }
            for _ in 0..<Int.random(in: 0..<4, using: &random) { await Task.yield() }
            ledger.withLock { _ = $0.running.remove(key) }
            queue.done(key)
        }
    }

    private func produce(_ queue: WorkQueue<Int>, _ ledger: Lock<Ledger>, seed: UInt64) async {
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let key = Int.random(in: 0..<8, using: &random)
            ledger.withLock { $0.added[key, default: 0] += 1 }
            queue.add(key, priority: Bool.random(using: &random) ? .low : .normal)
            if Int.random(in: 0..<3, using: &random) == 0 { await Task.yield() }
        }
    }
}
