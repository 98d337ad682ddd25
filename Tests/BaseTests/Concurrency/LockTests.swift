import Base
import Testing

@Suite struct LockTests {
    @Test func countsEveryIncrementOfManyTasks() async {
        let counter = Lock(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask { for _ in 0..<200 { counter.withLock { $0 += 1 } } }
            }
        }
        #expect(counter.withLock { $0 } == 10_000)
    }

    @Test func releasesTheMutexWhenTheBodyThrows() {
        struct Refused: Error {}
        let lock = Lock(1)
        #expect(throws: Refused.self) {
            try lock.withLock { value in
                value = 2
                throw Refused()
            }
        }
        #expect(lock.withLock { $0 } == 2)
    }
}
