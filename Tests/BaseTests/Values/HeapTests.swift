import Base
import Testing

struct HeapTests {
    @Test(arguments: [UInt64](1...50)) func popsInOrderWhateverWasFilteredMeanwhile(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var heap = Heap<Int>()
        var expected: [Int] = []
        for _ in 0..<Int.random(in: 0...200, using: &random) {
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                let divisor = Int.random(in: 2...5, using: &random)
                heap.filter { $0 % divisor != 0 }
                expected.removeAll { $0 % divisor == 0 }
            case 1, 2:
                #expect(heap.popFirst() == expected.min(), "seed \(seed)")
                if let least = expected.min(), let index = expected.firstIndex(of: least) { expected.remove(at: index) }
            default:
                let value = Int.random(in: 0..<100, using: &random)
                heap.insert(value)
                expected.append(value)
            }
            #expect(heap.count == expected.count, "seed \(seed)")
        }
        var popped: [Int] = []
        while let value = heap.popFirst() { popped.append(value) }
        #expect(popped == expected.sorted(), "seed \(seed)")
    }
}
