import Base
import DeepSeekAPI
import FoundationEssentials
import KubeCore
import TestSupport
import Testing

@testable import Autoscaling
@testable import Operator

/// The autoscaler's memory over a restart.
@Suite struct StoredScalingTests {
    static let start = Timestamp(seconds: 1_800_000_000)
    static let target = MetricTarget(name: "rps", target: .averageValue(milli: 1000))

    static func cluster(replicas: Int) -> DeepSeekCluster {
        var metadata = ObjectMeta(name: "r1", namespace: "default")
        metadata.uid = "uid"
        var cluster = DeepSeekCluster(
            metadata: metadata,
            spec: DeepSeekClusterSpec(model: ModelSpec(name: "r1"), engine: EngineSpec(type: .vllm, image: "i")))
        cluster.spec.replicas = replicas
        return cluster
    }

    /// One process after another: each has a memory of its own, and they share what is stored.
    struct Process {
        var memory: ScalingMemory
        let clock: ManualClock

        init(_ clock: ManualClock, restoring stored: StoredScaling?, now: Timestamp) throws {
            self.clock = clock
            memory = ScalingMemory(clock: clock)
            let loaded: ScalingStore.Loaded =
                try stored.map { .stored(try StoredScalingTests.copy($0), uid: "1") } ?? .absent
            #expect(memory.restore(loaded, of: StoredScalingTests.cluster(replicas: 1), now: now) == nil)
        }
    }

    /// As it comes back from JSON.
    static func copy(_ stored: StoredScaling) throws -> StoredScaling {
        try JSONDecoder().decode(StoredScaling.self, from: JSONEncoder().encode(stored))
    }

    /// Whatever the load, and wherever the process is killed: one that was restarted never has fewer replicas than one that
    /// was not, until the windows that stood at the restart are over. And it makes few writes.
    @Test(arguments: 0..<40)
    func aRestartNeverShortensAWindow(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let window = Int32.random(in: 1...40, using: &random) * 15
        let behavior: ScalingBehavior? =
            Bool.random(using: &random)
            ? nil
            : ScalingBehavior(
                scaleUp: ScalingRules(stabilizationWindowSeconds: Int32.random(in: 0...10, using: &random) * 15),
                scaleDown: ScalingRules(
                    stabilizationWindowSeconds: window,
                    policies: [ScalingPolicy(type: .pods, value: 2, periodSeconds: 60)]))
        let autoscaler = Autoscaler(
            AutoscalerPolicy(
                minReplicas: 1, maxReplicas: 60, metrics: [Self.target], behavior: behavior, tolerance: 0))
        let ticks = 120
        let loads = (0..<ticks).map { tick -> Int64 in
            let level: Int64 = tick < ticks / 2 ? 30 : 8
            return level + .random(in: -3...3, using: &random)
        }
        let killedAt = Int.random(in: 1..<ticks, using: &random)
        let clock = ManualClock()
        let steady = try Process(clock, restoring: nil, now: Self.start)
        var restarted = steady
        var stored: StoredScaling?
        var writes = 0
        var replicas: Int32 = 30
        for (tick, load) in loads.enumerated() {
            clock.advance(by: .seconds(15))
            let now = Self.start + .seconds(15 * (tick + 1))
            let cluster = Self.cluster(replicas: Int(replicas))
            func decide(_ memory: ScalingMemory) -> (Decision, AutoscalerState) {
                var state = memory.state(of: cluster, now: now)
                let decision = autoscaler.decide(
                    Observation(
                        now: now, specReplicas: replicas, statusReplicas: replicas, readyReplicas: replicas,
                        readings: [.samples([MetricSample(milli: load * 1000)])]),
                    state: &state)
                return (decision, state)
            }
            if tick == killedAt { restarted = try Process(clock, restoring: stored, now: now) }
            let (decision, state) = decide(steady.memory)
            if tick >= killedAt {
                // Asked side by side about the same cluster: the restarted one lets go no sooner.
                let (other, _) = decide(restarted.memory)
                #expect(
                    other.replicas >= decision.replicas || other.replicas >= replicas || decision.replicas > replicas,
                    "seed \(seed), tick \(tick): \(decision.trace) and \(other.trace)")
            }
            for memory in tick < killedAt ? [steady.memory] : [steady.memory, restarted.memory] {
                var state = memory === steady.memory ? state : decide(memory).1
                autoscaler.recordRescale(decision, at: now, state: &state)
                memory.store(state, of: cluster)
            }
            if let unsaved = steady.memory.unsaved(of: cluster, mayBeZero: false, now: now) {
                stored = unsaved.stored
                writes += 1
                steady.memory.saved(unsaved.stored, .saved(uid: "1"), of: cluster.namespacedName)
            }
            replicas = decision.replicas
        }
        #expect(writes > 0)
    }

    @Test func aSteadyLoadIsNeverWritten() throws {
        let clock = ManualClock()
        let process = try Process(clock, restoring: nil, now: Self.start)
        let autoscaler = Autoscaler(AutoscalerPolicy(minReplicas: 1, maxReplicas: 60, metrics: [Self.target]))
        let cluster = Self.cluster(replicas: 10)
        for tick in 1...2000 {
            clock.advance(by: .seconds(5))
            let now = Self.start + .seconds(5 * tick)
            var state = process.memory.state(of: cluster, now: now)
            _ = autoscaler.decide(
                Observation(
                    now: now, specReplicas: 10, statusReplicas: 10, readyReplicas: 10,
                    // Within tolerance of ten.
                    readings: [.samples([MetricSample(milli: 9_500 + Int64(tick % 7) * 100)])]),
                state: &state)
            process.memory.store(state, of: cluster)
            #expect(process.memory.unsaved(of: cluster, mayBeZero: false, now: now) == nil)
        }
    }

    /// 10 replicas were needed until a moment ago; the process is killed 100 s into the window of 300 s.
    @Test func theWindowGoesOnWhereItWas() throws {
        let clock = ManualClock()
        var process = try Process(clock, restoring: nil, now: Self.start)
        let autoscaler = Autoscaler(AutoscalerPolicy(minReplicas: 1, maxReplicas: 60, metrics: [Self.target]))
        let cluster = Self.cluster(replicas: 10)
        var stored: StoredScaling?
        var held: [Int64] = []
        for second in stride(from: Int64(0), through: 500, by: 5) {
            clock.advance(by: .seconds(5))
            let now = Self.start + .seconds(second)
            if second == 100 { process = try Process(clock, restoring: stored, now: now) }
            var state = process.memory.state(of: cluster, now: now)
            let decision = autoscaler.decide(
                Observation(
                    now: now, specReplicas: 10, statusReplicas: 10, readyReplicas: 10,
                    readings: [.samples([MetricSample(milli: second == 0 ? 10_000 : 2000)])]),
                state: &state)
            process.memory.store(state, of: cluster)
            if let unsaved = process.memory.unsaved(of: cluster, mayBeZero: false, now: now) {
                stored = unsaved.stored
                process.memory.saved(unsaved.stored, .saved(uid: "1"), of: cluster.namespacedName)
            }
            if decision.replicas == 10 { held.append(second) }
        }
        // 300 s, and at most the allowance for clocks that differ.
        #expect(held.last == 305, "\(held)")
    }

    @Test func eventsGuardsColdStartsAndZeroAreRestored() throws {
        var state = AutoscalerState()
        state.scaleUpEvents = [ScaleEvent(change: 3, time: Self.start)]
        state.isScaledToZero = true
        state.lastGuardStep = Self.start
        state.failingSince = Self.start
        var times = ColdStartTimes()
        times.record(.seconds(130))
        let stored = StoredScaling(state, PodStarts(times: ["a": times], order: ["a"]), nil, now: Self.start)
        let restored = try Self.copy(stored)
        let later = restored.state(now: Self.start + .seconds(60))
        #expect(later.scaleUpEvents == [ScaleEvent(change: 3, time: Self.start + .seconds(5))])
        #expect(later.isScaledToZero == true && later.failingSince == Self.start)
        #expect(later.lastGuardStep == Self.start + .seconds(5))
        #expect(restored.starts.times(of: "a")?.p50 == .seconds(130))
        // A clock that was set back: nothing lies in the future.
        let earlier = restored.state(now: Self.start - .seconds(1000))
        #expect(earlier.scaleUpEvents.first?.time == Self.start - .seconds(1000))
        #expect(earlier.lastGuardStep == Self.start - .seconds(1000))
    }

    @Test func whatIsStoredIsBoundedAndOnTheSafeSide() throws {
        var state = AutoscalerState()
        for index in 0..<2000 {
            let time = Self.start + .seconds(index)
            state.recommendations.append(Recommendation(replicas: Int32(5000 - index), time: time))
            state.scaleDownEvents.append(ScaleEvent(change: 1, time: time))
        }
        let now = Self.start + .seconds(2100)
        let stored = StoredScaling(state, PodStarts(), nil, now: now)
        #expect(try JSONEncoder().encode(stored).count < 16 << 10)
        let restored = try Self.copy(stored).state(now: now)
        #expect(restored.recommendations.map(\.replicas).max() == 5000)
        #expect(restored.scaleDownEvents.reduce(0) { $0 + $1.change } == 2000)
        for window in [60, 300, 1800] {
            func highest(_ state: AutoscalerState) -> Int32 {
                state.recommendations.filter { now.since($0.time) <= .seconds(window) }.map(\.replicas).max() ?? 0
            }
            #expect(highest(restored) >= highest(state))
        }
    }

    @Test(arguments: ["", "{}", "[]", "null", #"{"version":1}"#, #"{"version":99,"recommendations":[]}"#])
    func whatIsNotOursIsNotTaken(text: String) {
        #expect(throws: (any Error).self) {
            let stored = try JSONDecoder().decode(StoredScaling.self, from: Data(text.utf8))
            if stored.version == StoredScaling.currentVersion { Issue.record("taken: \(text)") }
        }
    }
}
