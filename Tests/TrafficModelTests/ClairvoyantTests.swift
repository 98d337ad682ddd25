import Base
import Testing

@testable import TrafficModel

@Suite struct ClairvoyantTests {
    /// What a schedule holds, pod by pod and second by second, and whether enough are ready: the fleet itself tells.
    static func cost(_ schedule: [Int], needs: [Int], initial: Int, load: Int, drain: Int) -> Int? {
        var fleet = Fleet(ready: initial, loadSeconds: load, drainSeconds: drain)
        var held = 0
        for (second, replicas) in schedule.enumerated() {
            fleet.advance(to: second)
            if fleet.ready < needs[second] { return nil }
            fleet.scale(to: replicas, at: second)
            held += fleet.occupied
        }
        return held
    }

    /// Every schedule of a small trace is tried.
    @Test func noScheduleIsCheaper() {
        for seed in (0..<150).map({ _ in UInt64.random(in: 0...(.max)) }) {
            var random = SplitMix64(seed: seed)
            let load = Int.random(in: 1...3, using: &random)
            let drain = Int.random(in: 0...2, using: &random)
            let initial = 2
            var needs = (0..<7).map { _ in Int.random(in: 0...2, using: &random) }
            needs[6] = Int.random(in: 0...2, using: &random)
            let ours = Clairvoyant.schedule(needs, initial: initial, loadSeconds: load, drainSeconds: drain)
            let cost = Self.cost(ours, needs: needs, initial: initial, load: load, drain: drain)
            var least: Int?
            for number in 0..<2187 {
                var rest = number
                let schedule = needs.map { _ in
                    defer { rest /= 3 }
                    return rest % 3
                }
                guard let other = Self.cost(schedule, needs: needs, initial: initial, load: load, drain: drain) else {
                    continue
                }
                least = min(least ?? other, other)
            }
            #expect(cost == least, "seed \(seed): needs \(needs), load \(load), drain \(drain), ours \(ours)")
        }
    }

    @Test func theFlattestCurveStaysBetweenItsBounds() {
        for seed in (0..<60).map({ _ in UInt64.random(in: 0...(.max)) }) {
            var random = SplitMix64(seed: seed)
            var come = [0.0]
            for _ in 0..<60 { come.append((come.last ?? 0) + Double(Int.random(in: 0...9, using: &random))) }
            var due = come.indices.map { $0 < 2 ? 0 : come[$0 - 2] }
            due[60] = come[60]
            let flat = Clairvoyant.flattest(lower: due, upper: come)
            var height = 0.0
            for (index, step) in flat.enumerated() {
                height += step
                #expect(height >= due[index + 1] - 1e-6 && height <= come[index + 1] + 1e-6, "seed \(seed)")
            }
            // No curve between them has a lower peak than the steepest stretch that is due.
            let steepest =
                due.indices.flatMap { from in
                    due.indices.filter { $0 > from }.map { (due[$0] - come[from]) / Double($0 - from) }
                }.max() ?? 0
            #expect((flat.max() ?? 0) <= steepest + 1e-6, "seed \(seed)")
        }
    }

    /// With pods enough it misses nothing, whatever the load.
    @Test(arguments: [5, 60, 300])
    func itMissesNothing(load: Int) {
        for seed in UInt64(1)...5 {
            let points = [(0, 300.0), (600, 300), (600, 900), (900, 1500), (1500, 200), (2400, 800)]
            let trace = TrafficShape(
                points: points.map { TrafficShape.Point(second: $0.0, rate: $0.1) }, batch: 20, seed: seed
            ).trace()
            let settings = TrafficReplay.Settings(loadSeconds: load, initialReplicas: 500)
            let report = TrafficReplay(settings).run(
                trace, rule: Clairvoyant(trace, settings: settings, bounds: 0...5000))
            #expect(report.shareOverSLO < 1e-4, "seed \(seed)")
        }
    }
}
