import Autoscaling
import KubeCore
import Testing

@testable import Operator

@Suite struct PodStartsTests {
    static let start = Timestamp(seconds: 1_800_000_000)

    /// A pod that was scheduled at the start, and is ready since `ready` seconds after it.
    static func pod(
        _ uid: String, revision: String = "a", ready: Int64? = nil, notReadySince: Int64 = 0, running: Int64? = nil,
        restarts: Int = 0
    ) -> Pod {
        var metadata = ObjectMeta(name: "pod-\(uid)", namespace: "default")
        metadata.uid = uid
        metadata.labels = [Labels.revision: revision]
        let conditions = [
            Condition(type: "PodScheduled", status: .true, lastTransitionTime: start, reason: "", message: ""),
            Condition(
                type: "Ready", status: ready == nil ? .false : .true,
                lastTransitionTime: start + .seconds(ready ?? notReadySince), reason: "", message: ""),
        ]
        let state = Pod.ContainerState(running: running.map { .init(startedAt: start + .seconds($0)) })
        return Pod(
            metadata: metadata, spec: Pod.Spec(nodeName: "n"),
            status: Pod.Status(
                phase: "Running", conditions: conditions,
                containerStatuses: [.init(name: "engine", ready: ready != nil, restartCount: restarts, state: state)]))
    }

    /// Whether a look measures a start.
    private func look(_ starts: inout PodStarts, _ pods: [Pod]) -> Bool { starts.observe(pods) }

    @Test func aStartThatWasSeenIsMeasuredOnce() {
        var starts = PodStarts()
        #expect(look(&starts, [Self.pod("1", running: 20)]) == false)
        #expect(look(&starts, [Self.pod("1", ready: 130, running: 20)]) == true)
        #expect(look(&starts, [Self.pod("1", ready: 130, running: 20)]) == false)
        #expect(starts.times(of: "a")?.p50 == .seconds(130))
        #expect(starts.times(of: "a")?.count == 1)
    }

    @Test func whatWasReadyAtTheFirstLookIsNotMeasured() {
        var starts = PodStarts()
        #expect(look(&starts, [Self.pod("1", ready: 130, running: 20)]) == false)
        #expect(starts.times(of: "a") == nil)
    }

    /// It was ready, lost it and got it back; or its container ended and loaded again.
    @Test(arguments: [(notReadySince: Int64(500), restarts: 0), (0, 1)])
    func aPodThatLostItsReadinessIsNotMeasured(notReadySince: Int64, restarts: Int) {
        var starts = PodStarts()
        _ = starts.observe([Self.pod("1", notReadySince: notReadySince, running: 20, restarts: restarts)])
        #expect(look(&starts, [Self.pod("1", ready: 900, running: 20, restarts: restarts)]) == false)
    }

    @Test func revisionsAreKeptApartAndTheLatestStandsInForANewOne() {
        var starts = PodStarts()
        for (index, revision) in ["a", "b", "c", "d", "e"].enumerated() {
            _ = starts.observe([Self.pod("\(index)", revision: revision, running: 20)])
            _ = starts.observe([Self.pod("\(index)", revision: revision, ready: Int64(100 + index), running: 20)])
        }
        #expect(starts.times(of: "b")?.p50 == .seconds(101))
        #expect(starts.times(of: "new")?.p50 == .seconds(104))
        // Four are kept.
        #expect(starts.times["a"] == nil && starts.times.count == 4)
    }

    @Test func podsOnTheirWayAreThoseThatLoadAndThoseThatAreMissing() {
        var leaving = Self.pod("3")
        leaving.metadata.deletionTimestamp = Self.start
        let pods = [Self.pod("1", ready: 130), Self.pod("2", running: 20), leaving]
        #expect(PodsOnTheirWay(pods, asked: 4).scheduledAt == [Self.start, nil, nil])
        #expect(PodsOnTheirWay(pods, asked: 0).count == 1)
    }
}
