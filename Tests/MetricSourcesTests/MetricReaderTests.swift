import Base
import MetricSources
import TestSupport
import Testing

/// A source whose answers a test gives one by one.
final class GatedSource: MetricSource {
    private struct State {
        var reads = 0
        var running = 0
        var mostRunning = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        var observers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    let identity: MetricIdentity
    private let state = Lock(State())

    init(_ query: String = "q", place: MetricIdentity.Place = .externalMetrics) {
        identity = MetricIdentity(place: place, query: query)
    }

    var reads: Int { state.withLock { $0.reads } }

    func read() async throws(MetricSourceError) -> MetricResult {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = state.withLock { state in
                    state.reads += 1
                    state.waiting.append(continuation)
                    let ready = state.observers.filter { $0.count <= state.reads }
                    state.observers.removeAll { $0.count <= state.reads }
                    return ready
                }
                for observer in ready { observer.continuation.resume() }
                if Task.isCancelled { release() }
            }
        } onCancel: {
            release()
        }
        if Task.isCancelled { throw .cancelled }
        return MetricResult(samples: [], warnings: ["read \(reads)"])
    }

    /// Answers everything that is asked now.
    func release() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns once the source has been asked this many times.
    func untilRead(_ count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.reads >= count { return true }
                state.observers.append((count, continuation))
                return false
            }
            if isReady { continuation.resume() }
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct MetricReaderTests {
    let clock = ManualClock()

    @Test func equalQuestionsShareOneRequest() async throws {
        let reader = MetricReader(clock: clock)
        let source = GatedSource()
        let warnings = try await withThrowingTaskGroup(of: [String].self) { group in
            for _ in 0..<50 {
                group.addTask { try await reader.read(source, maxAge: .seconds(5)).warnings }
            }
            await source.untilRead()
            source.release()
            return try await group.reduce(into: [[String]]()) { $0.append($1) }
        }
        #expect(warnings == Array(repeating: ["read 1"], count: 50))
        #expect(source.reads == 1)
    }

    @Test func anAnswerServesUntilItIsTooOld() async throws {
        let reader = MetricReader(clock: clock)
        let source = CountingSource()
        for (wait, expected) in [(0, 1), (4, 1), (1, 2), (4, 2), (1, 3)] {
            clock.advance(by: .seconds(wait))
            _ = try await reader.read(source, maxAge: .seconds(5))
            #expect(source.reads == expected)
        }
    }

    @Test func aFailureIsSharedToo() async throws {
        let reader = MetricReader(clock: clock)
        let source = CountingSource(failure: .malformed("bad"))
        for _ in 0..<3 {
            await #expect(throws: MetricSourceError.self) { _ = try await reader.read(source, maxAge: .seconds(5)) }
        }
        #expect(source.reads == 1)
    }

    @Test func otherCredentialsGetAnAnswerOfTheirOwn() async throws {
        let reader = MetricReader(clock: clock)
        let sources = ["a", "b"].map { token in
            CountingSource(
                place: .prometheus(PrometheusEndpoint(url: "http://p", authorization: .bearer(Redacted(token)))))
        }
        for source in sources { _ = try await reader.read(source, maxAge: .seconds(5)) }
        #expect(sources.map(\.reads) == [1, 1])
    }

    @Test func aSlowPlaceDelaysNobodyElse() async throws {
        let reader = MetricReader(clock: clock, concurrency: 2)
        let slow = (0..<5).map { GatedSource("\($0)", place: .prometheus(PrometheusEndpoint(url: "http://slow"))) }
        let quick = CountingSource(place: .prometheus(PrometheusEndpoint(url: "http://quick")))
        try await withThrowingTaskGroup { group in
            for source in slow { group.addTask { _ = try await reader.read(source, maxAge: .seconds(5)) } }
            while slow.reduce(0, { $0 + $1.reads }) < 2 { await Task.yield() }
            _ = try await reader.read(quick, maxAge: .seconds(5))
            #expect(quick.reads == 1)
            #expect(slow.reduce(0) { $0 + $1.reads } == 2, "no more than two at a time")
            while slow.contains(where: { $0.reads == 0 }) {
                for source in slow { source.release() }
                await Task.yield()
            }
            for source in slow { source.release() }
            try await group.waitForAll()
        }
        #expect(slow.allSatisfy { $0.reads == 1 })
    }

    /// A place that takes 5 s for an answer, two at a time: who would wait longer than 6 s is told at once, and does not
    /// wait with the others.
    @Test func aSlowPlaceHoldsOnlyAsManyAsItServesInTime() async throws {
        let reader = MetricReader(clock: clock, concurrency: 2, patience: .seconds(6))
        for round in 0..<8 {
            let source = GatedSource("warm \(round)")
            async let reading = reader.read(source, maxAge: .zero)
            await source.untilRead()
            clock.advance(by: .seconds(5))
            source.release()
            _ = try await reading
        }
        let sources = (0..<20).map { GatedSource("\($0)") }
        let refused = Lock(0)
        try await withThrowingTaskGroup { group in
            for source in sources {
                group.addTask {
                    do {
                        _ = try await reader.read(source, maxAge: .zero)
                    } catch MetricSourceError.overloaded {
                        refused.withLock { $0 += 1 }
                    }
                }
            }
            while refused.withLock({ $0 }) < 16 { await Task.yield() }
            // A place beside it does not notice.
            let other = MetricIdentity.Place.prometheus(PrometheusEndpoint(url: "http://quick"))
            _ = try await reader.read(CountingSource(query: "quick", place: other), maxAge: .zero)
            while sources.reduce(0, { $0 + $1.reads }) < 4 {
                for source in sources { source.release() }
                await Task.yield()
            }
            for source in sources { source.release() }
            try await group.waitForAll()
        }
        #expect(sources.reduce(0) { $0 + $1.reads } == 4)
        #expect(refused.withLock { $0 } == 16)
    }

    @Test func aQuestionThatWaitedTooLongIsNotSent() async throws {
        let observed = ObservedClock(clock)
        let reader = MetricReader(clock: observed, concurrency: 1, patience: .seconds(10))
        let first = GatedSource("1")
        let second = CountingSource(query: "2")
        try await withThrowingTaskGroup { group in
            group.addTask { _ = try await reader.read(first, maxAge: .seconds(5)) }
            await first.untilRead()
            let readings = observed.readings
            group.addTask {
                let error = await #expect(throws: MetricSourceError.self) {
                    _ = try await reader.read(second, maxAge: .seconds(5))
                }
                guard case .overloaded = error else {
                    Issue.record("expected overloaded, got \(String(describing: error))")
                    return
                }
            }
            // Twice: is there an answer already, and since when does it wait.
            while observed.readings < readings + 2 { await Task.yield() }
            clock.advance(by: .seconds(11))
            first.release()
            try await group.waitForAll()
        }
        #expect(second.reads == 0)
    }

    @Test func whoIsCancelledTakesNobodysAnswerAlong() async throws {
        let reader = MetricReader(clock: clock)
        let source = GatedSource()
        let asking = Task { try await reader.read(source, maxAge: .seconds(5)) }
        await source.untilRead()
        let waiting = Task { try await reader.read(source, maxAge: .seconds(5)) }
        for _ in 0..<100 { await Task.yield() }
        asking.cancel()
        await #expect(throws: MetricSourceError.self) { _ = try await asking.value }
        await source.untilRead(2)
        source.release()
        #expect(try await waiting.value.warnings == ["read 2"])
    }

    @Test func aWaitingReaderLeavesAtOnceWhenCancelled() async throws {
        let reader = MetricReader(clock: clock)
        let source = GatedSource()
        let asking = Task { try await reader.read(source, maxAge: .seconds(5)) }
        await source.untilRead()
        let waiting = Task { try await reader.read(source, maxAge: .seconds(5)) }
        for _ in 0..<100 { await Task.yield() }
        waiting.cancel()
        await #expect(throws: MetricSourceError.self) { _ = try await waiting.value }
        source.release()
        #expect(try await asking.value.warnings == ["read 1"])
    }

    @Test func oldAnswersAreForgotten() async throws {
        let reader = MetricReader(clock: clock, maximumEntries: 10)
        let sources = (0..<100).map { CountingSource(query: "\($0)") }
        for source in sources {
            _ = try await reader.read(source, maxAge: .seconds(3600))
            clock.advance(by: .milliseconds(1))
        }
        _ = try await reader.read(sources[99], maxAge: .seconds(3600))
        #expect(sources[99].reads == 1)
        _ = try await reader.read(sources[0], maxAge: .seconds(3600))
        #expect(sources[0].reads == 2)
    }
}

/// A source that answers at once.
final class CountingSource: MetricSource {
    let identity: MetricIdentity
    private let failure: MetricSourceError?
    private let count = Lock(0)

    init(
        query: String = "q", place: MetricIdentity.Place = .externalMetrics, failure: MetricSourceError? = nil
    ) {
        identity = MetricIdentity(place: place, query: query)
        self.failure = failure
    }

    var reads: Int { count.withLock { $0 } }

    func read() async throws(MetricSourceError) -> MetricResult {
        count.withLock { $0 += 1 }
        if let failure { throw failure }
        return MetricResult(samples: [])
    }
}

/// A clock that tells how often it was looked at.
final class ObservedClock: Clock {
    private let clock: ManualClock
    private let count = Lock(0)

    init(_ clock: ManualClock) { self.clock = clock }

    var readings: Int { count.withLock { $0 } }

    var now: ManualClock.Instant {
        count.withLock { $0 += 1 }
        return clock.now
    }

    var minimumResolution: Duration { clock.minimumResolution }

    func sleep(until deadline: ManualClock.Instant, tolerance: Duration?) async throws {
        try await clock.sleep(until: deadline, tolerance: tolerance)
    }
}
