import Base
import KubeCore
import Testing

@testable import Operator

@Suite struct ScaleDownVictimsTests {
    private typealias Candidate = ScaleDownVictims.Candidate

    /// Ready pods p0, p1 … with these loads.
    private static func pods(_ loads: [Int?]) -> [Candidate] {
        loads.enumerated().map { index, load in
            Candidate(
                name: "p\(index)", isReady: true, inFlight: load, createdAt: Timestamp(seconds: Int64(1000 + index)))
        }
    }

    @Test(
        arguments: [
            ([5, 0, 3, 9], 2, ["p1": -2, "p2": -1]), ([5, 0, 3, 9], 1, ["p1": -1]),
            ([5, 0, 3, 9], 3, ["p1": -3, "p2": -2, "p0": -1]),
            // Of equals the youngest.
            ([4, 1, 1, 1], 2, ["p3": -2, "p2": -1]),
            // Nothing to choose: all go, none goes, all are equally full, or nobody tells.
            ([5, 0], 2, [:]), ([5, 0], 0, [:]), ([5, 0], -1, [:]), ([7, 7, 7], 1, [:]), ([nil, nil], 1, [:]),
            // An unknown load may be a large one.
            ([nil, 3, 8], 1, ["p1": -1]), ([nil, 3, 8], 2, ["p1": -2, "p2": -1]),
        ] as [([Int?], Int, [String: Int])])
    func theEmptiestGoFirst(loads: [Int?], count: Int, costs: [String: Int]) {
        let victims = ScaleDownVictims(Self.pods(loads), dropping: count)
        #expect(victims.costs == costs)
        #expect(victims.pardoned == [])
    }

    /// A ReplicaSet takes those first anyway.
    @Test func podsThatAreNotReadyAreCountedFirst() {
        var pods = Self.pods([5, 0, 3, nil])
        pods[3].isReady = false
        #expect(ScaleDownVictims(pods, dropping: 1).costs == [:])
        #expect(ScaleDownVictims(pods, dropping: 2).costs == ["p1": -1])
    }

    /// One write a victim: what is marked already is not written again, and whoever is not to go is pardoned.
    @Test func onlyWhatChangesIsWritten() {
        var pods = Self.pods([5, 0, 3, 9])
        pods[1].mark = .ours("-2")
        pods[3].mark = .ours("-1")
        let victims = ScaleDownVictims(pods, dropping: 2)
        #expect(victims.costs == ["p2": -1])
        #expect(victims.pardoned == ["p3"])
        pods[2].mark = .ours("-1")
        pods[3].mark = .none
        #expect(ScaleDownVictims(pods, dropping: 2) == ScaleDownVictims([], dropping: 0))
        #expect(ScaleDownVictims(pods, dropping: 0).pardoned == ["p1", "p2"])
    }

    /// Who sets costs by himself has made the choice.
    @Test func aCostOfSomebodyElsesIsRespected() {
        var pods = Self.pods([5, 0, 3])
        pods[0].mark = .foreign
        pods[2].mark = .ours("-1")
        let victims = ScaleDownVictims(pods, dropping: 1)
        #expect(victims.costs == [:])
        #expect(victims.pardoned == ["p2"])
    }

    /// Whatever the loads: as many as go among the ready are marked, none that is kept has a lower load than one that
    /// goes, and the order of the costs is that of the loads.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func noBusierPodGoesBeforeAnEmptierOne(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let loads = (0..<Int.random(in: 1...12, using: &random)).map { _ in
            Bool.random(using: &random) ? Int.random(in: 0...4, using: &random) : nil
        }
        let count = Int.random(in: 0...14, using: &random)
        let costs = ScaleDownVictims(Self.pods(loads), dropping: count).costs
        guard !costs.isEmpty else { return }
        #expect(costs.count == count, "seed \(seed)")
        func load(_ index: Int) -> Int { loads[index] ?? .max }
        for (one, other) in loads.indices.flatMap({ one in loads.indices.map { (one, $0) } }) {
            let (first, second) = (costs["p\(one)"] ?? 0, costs["p\(other)"] ?? 0)
            if first < second { #expect(load(one) <= load(other), "seed \(seed)") }
        }
    }
}
