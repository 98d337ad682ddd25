import Autoscaling
import FoundationEssentials
import KubeCore
import Testing

@Suite struct ColdStartTests {
    static func times(_ seconds: [Int]) -> ColdStartTimes {
        var times = ColdStartTimes()
        for second in seconds { times.record(.seconds(second)) }
        return times
    }

    @Test(
        arguments: [
            ([], nil, nil), ([130], 130, 130), ([100, 200], 100, 200), ([300, 100, 200], 200, 300),
            (Array(1...10), 5, 9), (Array(1...64), 32, 58),
        ] as [([Int], Int?, Int?)])
    func quantilesAreTimesThatWereMeasured(seconds: [Int], p50: Int?, p90: Int?) {
        let times = Self.times(seconds)
        #expect(times.p50 == p50.map { .seconds($0) })
        #expect(times.p90 == p90.map { .seconds($0) })
        #expect(times.quantile(percent: -5) == times.quantile(percent: 1))
        #expect(times.quantile(percent: 1000) == seconds.max().map { .seconds($0) })
    }

    @Test func onlyTheLastStartsCount() {
        let times = Self.times(Array(repeating: 600, count: 100) + Array(repeating: 60, count: ColdStartTimes.capacity))
        #expect(times.count == ColdStartTimes.capacity)
        #expect(times.quantile(percent: 100) == .seconds(60))
    }

    @Test func timesFromClocksThatDisagreeAreLeftOut() {
        var times = Self.times([100])
        times.record(.seconds(-1))
        times.record(.seconds(Int64.max))
        #expect(times.count == 2)
        #expect(times.p50 == .seconds(100))
    }

    @Test func theyAreStoredAndReadAgain() throws {
        let times = Self.times([30, 130, 480])
        let stored = try JSONEncoder().encode(times)
        #expect(String(decoding: stored, as: UTF8.self) == #"{"starts":[30000,130000,480000]}"#)
        #expect(try JSONDecoder().decode(ColdStartTimes.self, from: stored) == times)
        let odd = Data(#"{"starts":[-5,\#((1...200).map(String.init).joined(separator: ","))]}"#.utf8)
        let read = try JSONDecoder().decode(ColdStartTimes.self, from: odd)
        #expect(read.count == ColdStartTimes.capacity)
        #expect(read.quantile(percent: 1) == .milliseconds(137))
    }

    @Test(
        arguments: [
            (horizon: 0, ready: 1), (horizon: 10, ready: 2), (horizon: 129, ready: 2), (horizon: 130, ready: 4),
        ] as [(horizon: Int, ready: Int)])
    func podsOnTheirWayArriveByTheirColdStart(horizon: Int, ready: Int) {
        let now = Timestamp(seconds: 1_767_225_600)
        // Overdue, ten seconds before, without a node, scheduled by a clock ahead of ours.
        let pods = PodsOnTheirWay(scheduledAt: [now - .seconds(500), now - .seconds(120), nil, now + .seconds(60)])
        #expect(pods.count == 4)
        #expect(pods.ready(within: .seconds(horizon), of: now, coldStart: .seconds(130)) == ready)
    }
}
