internal import Base

/// Asks questions of one group together: whoever gets a turn at a place takes along those who wait for one.
///
/// The first of a group leads. It waits for `window`, then for a turn, takes along all who came meanwhile, as far as one
/// query holds them, and hands out the answers. Of those left over the first leads next and goes for a turn at once, so
/// that all turns of a place are used. While the place is slow the waiting for turns gathers the questions; the window does
/// it where the place is quick: 10,000 ticks spread over a second come 50 to a query instead of one by one, for the price
/// of a few milliseconds in a period of at least a second.
///
/// ## Guarantees
/// - A question waits at most `patience` for its turn, as if it were asked alone; nor is it sent later.
/// - Who is cancelled leaves at once. When it led, the next one leads; when its request was under way, those it had taken
///   along ask again.
/// - Bounded by those who wait: nothing is kept of who has left but a place in line, until the next turn.
final class MergeQueue: Sendable {
    /// What a waiting question is woken with.
    private enum Wake {
        case answer(MetricOutcome)
        case askAlone
        case askAgain
        /// Those who lead first collect; who was in line has waited already.
        case lead(collecting: Bool)
    }

    private struct Member {
        var id: UInt64
        var question: MergeableQuestion
        /// When it was asked, on the stopwatch.
        var since: Duration
    }

    /// Who asks together.
    private struct Party {
        var merged: MergedSelector?
        /// In the order of `merged`.
        var members: [Member] = []
        /// Those who have waited too long.
        var late: [Member] = []
    }

    private struct State {
        /// Who waits in line. A group is there while somebody leads it to its next turn.
        var lines: [MergeableQuestion.Group: [Member]] = [:]
        /// Of all who wait, in line or for an answer.
        var continuations: [UInt64: CheckedContinuation<Wake, Never>] = [:]
        var nextID: UInt64 = 0
    }

    private let state = Lock(State())
    private let stopwatch: Stopwatch
    private let window: Duration
    private let patience: Duration

    init(stopwatch: Stopwatch, window: Duration, patience: Duration) {
        self.stopwatch = stopwatch
        self.window = window
        self.patience = patience
    }

    /// The answer to a question, or nil when it must be asked alone.
    ///
    /// - Parameter since: when it was asked first, on the stopwatch.
    func ask(_ question: MergeableQuestion, _ gate: RequestGate, since: Duration) async -> MetricOutcome? {
        guard gate.expectedWait(behind: turns(before: question)) <= patience else {
            return .failure(.noTurn(within: patience))
        }
        while true {
            let id = state.withLock { state in
                state.nextID += 1
                return state.nextID
            }
            let member = Member(id: id, question: question, since: since)
            switch await join(member) {
            case .answer(let outcome): return outcome
            case .askAlone: return nil
            case .askAgain: continue
            case .lead(let isCollecting):
                // Cancelled or not: to lead ends with handing over.
                if isCollecting { try? await stopwatch.sleep(until: stopwatch.elapsed + window) }
                return await lead(member, gate)
            }
        }
    }

    /// How many wait, in line or for an answer that is under way; those who lead aside.
    var waitingCount: Int { state.withLock { $0.continuations.count } }

    /// How many turns those in line will take, at least.
    private func turns(before question: MergeableQuestion) -> Int {
        let waiting = state.withLock { $0.lines[question.group]?.count ?? 0 }
        return waiting / question.limits.selectors
    }

    // MARK: - Waiting

    private func join(_ member: Member) async -> Wake {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isInLine = state.withLock { state in
                    guard state.lines[member.question.group]?.append(member) != nil else {
                        state.lines[member.question.group] = []
                        return false
                    }
                    state.continuations[member.id] = continuation
                    return true
                }
                if !isInLine { continuation.resume(returning: .lead(collecting: true)) }
                // The handler below may have run before there was anything to cancel.
                if Task.isCancelled { leave(member.id) }
            }
        } onCancel: {
            leave(member.id)
        }
    }

    private func leave(_ id: UInt64) { wake([(id, .answer(.failure(.cancelled)))]) }

    /// Wakes those who still wait.
    private func wake(_ wakes: [(id: UInt64, wake: Wake)]) {
        let woken = state.withLock { state in
            wakes.compactMap { id, wake in state.continuations.removeValue(forKey: id).map { ($0, wake) } }
        }
        for (continuation, wake) in woken { continuation.resume(returning: wake) }
    }

    // MARK: - Leading

    private func lead(_ leader: Member, _ gate: RequestGate) async -> MetricOutcome? {
        guard !Task.isCancelled, await gate.enter() else {
            handOver(leader.question.group)
            return .failure(.cancelled)
        }
        let entered = stopwatch.elapsed
        let party = party(of: leader, at: entered)
        handOver(leader.question.group)
        let outcomes = await outcomes(of: party)
        gate.leave(after: stopwatch.elapsed - entered)

        var wakes = party.late.map { (id: $0.id, wake: Wake.answer(.failure(.noTurn(within: patience)))) }
        for (index, member) in party.members.enumerated() {
            switch outcomes?[index] {
            case nil: wakes.append((member.id, .askAlone))
            case .failure(.cancelled): wakes.append((member.id, .askAgain))
            case .some(let outcome): wakes.append((member.id, .answer(outcome)))
            }
        }
        wake(wakes)
        switch wakes.first(where: { $0.id == leader.id })?.wake {
        case .answer(let outcome): return outcome
        case .askAlone: return nil
        case .askAgain, .lead, nil: return .failure(.cancelled)
        }
    }

    /// Takes out of the line who has the turn together.
    private func party(of leader: Member, at now: Duration) -> Party {
        state.withLock { state in
            var party = Party()
            var left: [Member] = []
            for member in [leader] + (state.lines[leader.question.group] ?? []) {
                guard member.id == leader.id || state.continuations[member.id] != nil else { continue }
                if now - member.since > patience {
                    party.late.append(member)
                } else if party.merged == nil {
                    party.merged = MergedSelector(member.question.selector, limits: member.question.limits)
                    party.members.append(member)
                } else if party.merged?.add(member.question.selector) == true {
                    party.members.append(member)
                } else {
                    left.append(member)
                }
            }
            state.lines[leader.question.group] = left
            return party
        }
    }

    private func outcomes(of party: Party) async -> [MetricOutcome]? {
        guard let first = party.members.first?.question, let merged = party.merged else { return [] }
        guard party.members.count > 1 else {
            return [await .catching { () throws(MetricSourceError) in try await first.source.read() }]
        }
        return await first.outcomes(of: merged)
    }

    /// Makes the first in line lead; without one the line is closed.
    private func handOver(_ group: MergeableQuestion.Group) {
        let next = state.withLock { state -> CheckedContinuation<Wake, Never>? in
            var line = (state.lines[group] ?? [])[...]
            while let member = line.popFirst() {
                guard let continuation = state.continuations.removeValue(forKey: member.id) else { continue }
                state.lines[group] = Array(line)
                return continuation
            }
            state.lines[group] = nil
            return nil
        }
        next?.resume(returning: .lead(collecting: false))
    }
}
