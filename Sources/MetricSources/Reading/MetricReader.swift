public import Base

/// Reads sources for many resources at once.
///
/// ## Guarantees
/// - Equal questions share one request: who asks while it is under way gets its answer, and who asks within `maxAge`
///   of an answer gets that one, failures included, so that a thousand resources do not hammer a source that is down.
/// - Questions to Prometheus that differ only in values of labels are asked in one query where they meet (`MergeQueue`);
///   each gets the answer it would have got alone. Where a server refuses a merged query they are asked alone.
/// - At most `concurrency` requests are under way to one place. Another place is never waited for: a slow one delays
///   nobody but those who ask it.
/// - A question that would wait longer than `patience` for its turn, by how slow the place was of late, fails at once, so
///   that a slow place never holds many of those who ask; nor is one sent that did wait longer.
/// - A cancelled reader leaves at once, and takes nobody's answer with it: if it was the one that had asked, the next
///   in line asks again.
public final class MetricReader: Sendable {
    private typealias Answer = MetricOutcome

    /// What a waiting reader is woken with.
    private enum Wake {
        case answer(Answer)
        /// Who had asked was cancelled.
        case askAgain
        case cancelled
    }

    private enum Entry {
        case reading(waiting: [UInt64: CheckedContinuation<Wake, Never>])
        case answered(Answer, at: Duration)
    }

    private struct State {
        var entries: [MetricIdentity: Entry] = [:]
        var gates: [MetricIdentity.Place: RequestGate] = [:]
        var nextID: UInt64 = 0
    }

    /// What a reader has to do next.
    private enum Role {
        case take(Answer)
        case wait
        case ask(RequestGate)
    }

    private let state = Lock(State())
    private let stopwatch: Stopwatch
    private let concurrency: Int
    private let patience: Duration
    private let maximumEntries: Int
    let merging: MergeQueue

    /// - Parameters:
    ///   - concurrency: requests under way to one place at a time.
    ///   - patience: how long a question may wait for its turn.
    ///   - window: how long the first of the questions that may be merged waits for others.
    ///   - maximumEntries: how many answers are kept; the oldest are forgotten first.
    public init(
        clock: any Clock<Duration> = MonotonicClock(), concurrency: Int = 8, patience: Duration = .seconds(10),
        window: Duration = .milliseconds(5), maximumEntries: Int = 20_000
    ) {
        stopwatch = Stopwatch(clock)
        self.concurrency = max(1, concurrency)
        self.patience = patience
        self.maximumEntries = maximumEntries
        merging = MergeQueue(stopwatch: stopwatch, window: window, patience: patience)
    }

    /// The answer to a source's question, not older than `maxAge`.
    public func read(_ source: any MetricSource, maxAge: Duration) async throws(MetricSourceError) -> MetricResult {
        let identity = source.identity
        while true {
            switch role(identity, maxAge: maxAge) {
            case .take(let answer):
                return try answer.get()
            case .ask(let gate):
                let answer = await ask(source, gate)
                finish(identity, answer)
                return try answer.get()
            case .wait:
                switch await wait(for: identity) {
                case .answer(let answer): return try answer.get()
                case .cancelled: throw .cancelled
                case .askAgain: continue
                }
            }
        }
    }

    private func role(_ identity: MetricIdentity, maxAge: Duration) -> Role {
        let now = stopwatch.elapsed
        return state.withLock { state in
            switch state.entries[identity] {
            case .answered(let answer, let time) where now - time < maxAge: return .take(answer)
            case .reading: return .wait
            case .answered, nil:
                state.entries[identity] = .reading(waiting: [:])
                let gate = state.gates[identity.place] ?? RequestGate(limit: concurrency)
                state.gates[identity.place] = gate
                return .ask(gate)
            }
        }
    }

    private func ask(_ source: any MetricSource, _ gate: RequestGate) async -> Answer {
        let start = stopwatch.elapsed
        if let question = (source as? PrometheusSource).flatMap(MergeableQuestion.init),
            let answer = await merging.ask(question, gate, since: start)
        {
            return answer
        }
        guard gate.expectedWait() <= patience else { return .failure(.noTurn(within: patience)) }
        guard await gate.enter() else { return .failure(.cancelled) }
        let entered = stopwatch.elapsed
        defer { gate.leave(after: stopwatch.elapsed - entered) }
        guard entered - start <= patience else { return .failure(.noTurn(within: patience)) }
        return await .catching { () throws(MetricSourceError) in try await source.read() }
    }

    private func finish(_ identity: MetricIdentity, _ answer: Answer) {
        let now = stopwatch.elapsed
        let isCancelled = if case .failure(.cancelled) = answer { true } else { false }
        let waiting = state.withLock { state -> [CheckedContinuation<Wake, Never>] in
            guard case .reading(let waiting) = state.entries[identity] else { return [] }
            state.entries[identity] = isCancelled ? nil : .answered(answer, at: now)
            if state.entries.count > maximumEntries { Self.forgetOldest(&state) }
            return Array(waiting.values)
        }
        for continuation in waiting { continuation.resume(returning: isCancelled ? .askAgain : .answer(answer)) }
    }

    /// Forgets the older half of the answers, and the gates of places that nobody asks.
    private static func forgetOldest(_ state: inout State) {
        let times = state.entries.values.compactMap { if case .answered(_, let time) = $0 { time } else { nil } }
        guard !times.isEmpty else { return }
        let median = times.sorted()[times.count / 2]
        state.entries = state.entries.filter {
            if case .answered(_, let time) = $0.value { time > median } else { true }
        }
        let places = Set(state.entries.keys.map(\.place))
        state.gates = state.gates.filter { places.contains($0.key) }
    }

    // MARK: - Waiting for another's answer

    private func wait(for identity: MetricIdentity) async -> Wake {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    // It may have ended since: look again.
                    guard case .reading(var waiting) = state.entries[identity] else { return false }
                    waiting[id] = continuation
                    state.entries[identity] = .reading(waiting: waiting)
                    return true
                }
                if !isWaiting { continuation.resume(returning: .askAgain) }
                if Task.isCancelled { cancel(id, identity) }
            }
        } onCancel: {
            cancel(id, identity)
        }
    }

    private func cancel(_ id: UInt64, _ identity: MetricIdentity) {
        let cancelled = state.withLock { state -> CheckedContinuation<Wake, Never>? in
            guard case .reading(var waiting) = state.entries[identity] else { return nil }
            let continuation = waiting.removeValue(forKey: id)
            state.entries[identity] = .reading(waiting: waiting)
            return continuation
        }
        cancelled?.resume(returning: .cancelled)
    }
}
