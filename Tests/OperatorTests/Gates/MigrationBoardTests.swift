import KubeCore
import TestSupport
import Testing

@testable import Operator

@Suite struct MigrationBoardTests {
    /// From when this process saw the switch, not from when it was decided; each revision by itself.
    @Test func aRevisionDrainsSinceItWasSeenTo() {
        let clock = ManualClock()
        let board = MigrationBoard(clock: clock)
        let cluster = NamespacedName(namespace: "default", name: "r1")
        #expect(!board.isDraining("a", of: cluster, for: .zero))
        _ = board.assign(.init(draining: ["a"]), to: cluster)
        #expect(board.isDraining("a", of: cluster, for: .zero))
        clock.advance(by: .seconds(10))
        _ = board.assign(.init(draining: ["a", "b"]), to: cluster)
        clock.advance(by: .seconds(5))
        #expect(board.isDraining("a", of: cluster, for: .seconds(15)))
        #expect(!board.isDraining("b", of: cluster, for: .seconds(15)))
        // One that serves again begins anew.
        _ = board.assign(.init(draining: ["b"]), to: cluster)
        _ = board.assign(.init(draining: ["a", "b"]), to: cluster)
        #expect(!board.isDraining("a", of: cluster, for: .seconds(1)))
    }
}
