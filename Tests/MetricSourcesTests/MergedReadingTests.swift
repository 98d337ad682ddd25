import Base
import HTTPTransport
import KubeCore
import TestSupport
import Testing

@testable import MetricSources

/// Questions that are asked together: each must get what it would have got alone.
@Suite(.timeLimit(.minutes(1))) struct MergedReadingTests {
    typealias Series = FakePrometheus.Series

    let clock = ManualClock()
    /// `rps{cluster="N"}` is N.
    let numbers = (0..<1000).map { Series("rps", [("cluster", "\($0)")], value: "\($0)") }

    /// The question of one cluster, with the time of its sample unless `isTimed` is false.
    func source(_ index: Int, _ prometheus: FakePrometheus, isTimed: Bool = false) -> PrometheusSource {
        source("rps{cluster=\"\(index)\"}", prometheus, isTimed: isTimed)
    }

    func source(_ query: String, _ prometheus: FakePrometheus, isTimed: Bool) -> PrometheusSource {
        PrometheusSource(
            PrometheusEndpoint(url: "http://p"), query: query,
            timestampQuery: isTimed ? PromQLSelector(query)?.timestampQuery : nil, transport: prometheus)
    }

    /// Starts readers of different questions, and returns once all but the one that leads are in line.
    func start(_ sources: [PrometheusSource], _ reader: MetricReader) async -> [Task<MetricResult, any Error>] {
        let before = reader.merging.waitingCount
        let tasks = sources.map { source in Task { try await reader.read(source, maxAge: .zero) } }
        while reader.merging.waitingCount < before + sources.count - 1 { await Task.yield() }
        return tasks
    }

    func passWindow() async {
        await clock.waitUntilSleeping()
        clock.advance(by: .milliseconds(5))
    }

    /// What readers get, as text; a result's samples in their order.
    func texts(_ tasks: [Task<MetricResult, any Error>]) async -> [String] {
        var texts: [String] = []
        for task in tasks {
            switch await task.result {
            case .success(let result): texts.append(result.samples.map { "\($0.value)" }.joined(separator: " "))
            case .failure(let error): texts.append("\(error)")
            }
        }
        return texts
    }

    func thousands(_ range: Range<Int>) -> [String] { range.map { "success(\($0 * 1000))" } }

    // MARK: - Equal to asking alone

    /// Random series and questions, many of which match nothing or several series, some of which are no selectors.
    @Test func whatIsAskedTogetherIsAnsweredAsAlone() async throws {
        for seed in (0..<20).map({ _ in UInt64.random(in: 0...(.max)) }) {
            var random = SplitMix64(seed: seed)
            let prometheus = FakePrometheus(RandomQuestions.series(&random))
            let queries = RandomQuestions.queries(&random)
            let isTimed = Bool.random(using: &random)
            let sources = queries.map { source($0, prometheus, isTimed: isTimed) }
            var alone: [String] = []
            for source in sources {
                alone.append(
                    "\(await MetricOutcome.catching { () throws(MetricSourceError) in try await source.read() })")
            }
            let asked = prometheus.queries.count
            let reader = MetricReader()
            let together = await withTaskGroup(of: (Int, String).self) { group in
                for (index, source) in sources.enumerated() {
                    group.addTask {
                        let outcome = await MetricOutcome.catching { () throws(MetricSourceError) in
                            try await reader.read(source, maxAge: .zero)
                        }
                        return (index, "\(outcome)")
                    }
                }
                return await group.reduce(into: Array(repeating: "", count: sources.count)) { $0[$1.0] = $1.1 }
            }
            #expect(together == alone, "seed \(seed)")
            #expect(prometheus.queries.count < asked * 2, "seed \(seed): nothing was merged")
        }
    }

    @Test func anothersHistogramIsNobodyElsesConcern() async throws {
        let prometheus = FakePrometheus([
            Series("rps", [("cluster", "0")], value: nil), Series("rps", [("cluster", "1")], value: "NaN"),
            Series("rps", [("cluster", "2"), ("pod", "b")], value: "2", time: 1_700_000_002),
            Series("rps", [("cluster", "2"), ("pod", "a")], value: "-Inf", time: 1_700_000_001),
        ])
        let reader = MetricReader(clock: clock)
        let tasks = await start((0..<4).map { source($0, prometheus, isTimed: true) }, reader)
        await passWindow()
        let texts = await texts(tasks)
        #expect(texts[0].contains("histogram"))
        #expect(
            texts[1...] == [
                "failure(not a number)", "success(2000) failure(minus infinity)", "",
            ])
        #expect(
            try await tasks[2].value.samples.map(\.timestamp?.nanoseconds)
                == Array(repeating: 1_700_000_001_000_000_000, count: 2))
        #expect(prometheus.queries.count == 2)
    }

    // MARK: - When

    @Test func aBurstIsOneQueryAndItsTimes() async throws {
        let prometheus = FakePrometheus(numbers)
        let reader = MetricReader(clock: clock)
        let tasks = await start((0..<200).map { source($0, prometheus, isTimed: true) }, reader)
        #expect(prometheus.queries.isEmpty)
        await passWindow()
        #expect(await texts(tasks) == thousands(0..<200))
        #expect(prometheus.queries.count == 2)
        // An answer is kept for each.
        _ = try await reader.read(source(7, prometheus, isTimed: true), maxAge: .seconds(1))
        #expect(prometheus.queries.count == 2)
    }

    @Test func oneAloneIsAskedAsItStands() async throws {
        let prometheus = FakePrometheus(numbers)
        let reader = MetricReader(clock: clock)
        let tasks = await start([source(3, prometheus)], reader)
        await passWindow()
        #expect(await texts(tasks) == thousands(3..<4))
        #expect(prometheus.queries == [#"rps{cluster="3"}"#])
    }

    /// All turns are used, the rest waits; who comes meanwhile goes with them.
    @Test func whoeverGetsATurnTakesTheOthersAlong() async throws {
        let prometheus = FakePrometheus(numbers)
        prometheus.hold()
        let reader = MetricReader(clock: clock, concurrency: 2)
        let first = await start((0..<600).map { source($0, prometheus) }, reader)
        await passWindow()
        await prometheus.untilAsked(2)
        for _ in 0..<100 { await Task.yield() }
        #expect(prometheus.queries.count == 2, "two turns, 250 each")
        let before = reader.merging.waitingCount
        let second = (600..<700).map { index in Task { try await reader.read(source(index, prometheus), maxAge: .zero) }
        }
        while reader.merging.waitingCount < before + 100 { await Task.yield() }
        prometheus.release()
        #expect(await texts(first + second) == thousands(0..<700))
        #expect(prometheus.queries.count == 3, "100 that were left over, and 100 that came later")
    }

    @Test func aSlowPlaceDelaysNoOther() async throws {
        let (slow, quick) = (FakePrometheus(numbers), FakePrometheus(numbers))
        slow.hold()
        let reader = MetricReader(clock: clock, concurrency: 1)
        let tasks = await start((0..<300).map { source($0, slow) }, reader)
        await passWindow()
        await slow.untilAsked(1)
        let other = PrometheusSource(PrometheusEndpoint(url: "http://q"), query: #"rps{cluster="1"}"#, transport: quick)
        async let reading = reader.read(other, maxAge: .zero)
        await passWindow()
        #expect(try await reading.samples.count == 1)
        #expect(slow.queries.count == 1)
        slow.release()
        #expect(await texts(tasks) == thousands(0..<300))
    }

    @Test func whoHasWaitedTooLongIsNotSent() async throws {
        let prometheus = FakePrometheus(numbers)
        prometheus.hold()
        let reader = MetricReader(clock: clock, concurrency: 1, patience: .seconds(2))
        let first = await start([source(0, prometheus)], reader)
        await passWindow()
        await prometheus.untilAsked(1)
        let early = await start((1..<4).map { source($0, prometheus) }, reader)
        await passWindow()
        clock.advance(by: .milliseconds(1900))
        let late = (4..<7).map { index in Task { try await reader.read(source(index, prometheus), maxAge: .zero) } }
        while reader.merging.waitingCount < 5 { await Task.yield() }
        clock.advance(by: .milliseconds(200))
        prometheus.release()
        #expect(await texts(first + late) == thousands(0..<1) + thousands(4..<7))
        #expect(await texts(early).allSatisfy { $0.contains("no turn within") })
        #expect(prometheus.queries.dropFirst().allSatisfy { !$0.contains("1|") } && prometheus.queries.count == 2)
    }

    // MARK: - Refusals

    @Test(arguments: [400, 403, 413, 414, 422, 200])
    func whatIsRefusedMergedIsAskedAlone(status: Int) async throws {
        let prometheus = FakePrometheus(numbers) { query throws(TransportError) in
            query.contains("=~") ? FakePrometheus.refusal("too long", status: status) : nil
        }
        try await expectSingly(prometheus)
    }

    @Test func anAnswerTooLongForManyIsAskedForAlone() async throws {
        try await expectSingly(
            FakePrometheus(numbers) { query throws(TransportError) in
                if query.contains("=~") { throw TransportError(.tooLarge, "too large") }
                return nil
            })
    }

    /// Behind a proxy that takes labels away, or gives others; and where an answer is something else altogether.
    @Test(arguments: [
        #"{"metric":{},"value":[1,"7"]}"#, #"{"metric":{"cluster":"77"},"value":[1,"7"]}"#, #"{"value":[1,"7"]}"#, "7",
        "",
    ])
    func anUnclearAnswerIsNobodys(series: String) async throws {
        try await expectSingly(
            FakePrometheus(numbers) { query throws(TransportError) in
                guard query.contains("=~") else { return nil }
                let result = series.isEmpty ? "7" : "[\(series)]"
                let body = #"{"status":"success","data":{"resultType":"vector","result":\#(result)}}"#
                return HTTPResponse(status: 200, body: Array(body.utf8))
            })
    }

    private func expectSingly(_ prometheus: FakePrometheus) async throws {
        let reader = MetricReader(clock: clock)
        let tasks = await start((0..<20).map { source($0, prometheus) }, reader)
        await passWindow()
        #expect(await texts(tasks) == thousands(0..<20))
        #expect(prometheus.queries.count == 21)
    }

    @Test func aRefusalOfTheTimesCountsToo() async throws {
        let prometheus = FakePrometheus(numbers) { query throws(TransportError) in
            query.hasPrefix("timestamp") && query.contains("=~") ? FakePrometheus.refusal("no") : nil
        }
        let reader = MetricReader(clock: clock)
        let tasks = await start((0..<20).map { source($0, prometheus, isTimed: true) }, reader)
        await passWindow()
        #expect(await texts(tasks) == thousands(0..<20))
        #expect(prometheus.queries.count == 42)
    }

    @Test(arguments: [302, 401, 404, 429, 500, 503])
    func aPlaceThatIsDownIsAskedOnce(status: Int) async throws {
        let prometheus = FakePrometheus(numbers) { _ throws(TransportError) in
            FakePrometheus.refusal("down", status: status)
        }
        try await expectShared(prometheus, "\(status)")
    }

    @Test func aTimeoutIsShared() async throws {
        try await expectShared(
            FakePrometheus(numbers) { _ throws(TransportError) in throw TransportError(.timeout, "slow") }, "timeout")
    }

    private func expectShared(_ prometheus: FakePrometheus, _ hint: String) async throws {
        let reader = MetricReader(clock: clock)
        let tasks = await start((0..<20).map { source($0, prometheus) }, reader)
        await passWindow()
        #expect(await texts(tasks).allSatisfy { $0.contains(hint) })
        #expect(prometheus.queries.count == 1)
    }

    // MARK: - Cancellation

    @Test func whoIsCancelledUnderWayLeavesAtOnceAndAlone() async throws {
        let prometheus = FakePrometheus(numbers)
        prometheus.hold()
        let reader = MetricReader(clock: clock)
        let leader = await start([source(0, prometheus)], reader)
        await clock.waitUntilSleeping()
        let others = (1..<20).map { index in Task { try await reader.read(source(index, prometheus), maxAge: .zero) } }
        while reader.merging.waitingCount < 19 { await Task.yield() }
        await passWindow()
        await prometheus.untilAsked(1)
        others[4].cancel()
        #expect(await texts([others[4]]) == ["cancelled"])
        prometheus.release()
        #expect(await texts(leader + others[..<4] + others[5...]) == thousands(0..<5) + thousands(6..<20))
        #expect(prometheus.queries.count == 1)
    }

    /// In its window, in line for a turn, and with the request under way.
    @Test(arguments: ["window", "line", "request"])
    func whoLeadsTakesNobodysAnswerAlong(when: String) async throws {
        let prometheus = FakePrometheus(numbers)
        prometheus.hold()
        let reader = MetricReader(clock: clock, concurrency: 1)
        let blocker =
            when == "line"
            ? [Task { try await reader.read(source("up", prometheus, isTimed: false), maxAge: .zero) }] : []
        if when == "line" { await prometheus.untilAsked(1) }
        let leader = await start([source(0, prometheus)], reader)
        await clock.waitUntilSleeping()
        let others = (1..<20).map { index in Task { try await reader.read(source(index, prometheus), maxAge: .zero) } }
        while reader.merging.waitingCount < 19 { await Task.yield() }
        if when != "window" { clock.advance(by: .milliseconds(5)) }
        if when == "request" { await prometheus.untilAsked(1) }
        leader[0].cancel()
        #expect(await texts(leader) == ["cancelled"])
        if when == "request" { await passWindow() }
        if when != "line" { await prometheus.untilAsked(when == "request" ? 2 : 1) }
        prometheus.release()
        #expect(await texts(others) == thousands(1..<20))
        for task in blocker { _ = await task.result }
        #expect(reader.merging.waitingCount == 0)
    }
}
