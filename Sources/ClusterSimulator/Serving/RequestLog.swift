internal import Base

/// One answered request, as an audit log has it.
public struct RequestRecord: Sendable, Hashable {
    /// What was asked.
    public var attributes: RequestAttributes
    /// Who asked; empty when the token was unknown.
    public var user: String
    /// The client's `User-Agent`.
    public var userAgent: String
    /// The status of the answer; for a cut connection the one that was on its way.
    public var status: Int
    /// Whether a fault decided the answer, its time or its end.
    public var isFaulty: Bool
}

/// The requests that a server answered: the newest ones in full, all of them as counts.
public final class RequestLog: Sendable {
    /// What requests are counted by.
    public struct Key: Sendable, Hashable {
        public var verb: String
        public var group: String
        public var resource: String
        public var subresource: String
    }

    private struct State {
        var records: [RequestRecord] = []
        var counts: [Key: Int] = [:]
        var total = 0
    }

    private let capacity: Int
    private let state = Lock(State())

    /// A log that keeps up to twice `capacity` records.
    init(capacity: Int = 10_000) { self.capacity = capacity }

    func append(_ record: RequestRecord) {
        let attributes = record.attributes
        let key = Key(
            verb: attributes.verb, group: attributes.group, resource: attributes.resource,
            subresource: attributes.subresource)
        state.withLock { state in
            state.total += 1
            state.counts[key, default: 0] += 1
            if state.records.count >= 2 * capacity { state.records.removeFirst(capacity) }
            state.records.append(record)
        }
    }

    /// The newest records, oldest first.
    public var records: [RequestRecord] { state.withLock { $0.records } }

    /// How many requests there were of each kind, since the start or the last `reset`.
    public var counts: [Key: Int] { state.withLock { $0.counts } }

    /// How many requests there were.
    public var total: Int { state.withLock { $0.total } }

    /// Forgets everything.
    public func reset() { state.withLock { $0 = State() } }
}
