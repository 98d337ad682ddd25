public import Base

/// Says how long a key that failed must wait.
public protocol RateLimiter<Key>: Sendable {
    associatedtype Key: Hashable & Sendable
    /// The delay before the key's next try. Each call counts as a failure.
    func delay(for key: Key) -> Duration
    /// The key succeeded, or is given up: its failures no longer count.
    func forget(_ key: Key)
    /// How often the key failed since it was last forgotten.
    func retries(of key: Key) -> Int
}

/// Exponential per-key back-off without jitter, base x 2^failures up to `cap`: one bad object slows down only itself.
public final class ExponentialRateLimiter<Key: Hashable & Sendable>: RateLimiter {
    private let backoff: Backoff
    private let failures = Lock<[Key: Int]>([:])

    /// The defaults are client-go's: 5 ms to 1000 s.
    public init(base: Duration = .milliseconds(5), cap: Duration = .seconds(1000)) {
        backoff = Backoff(initial: base, maximum: cap, factor: 2, jitter: 0)
    }

    public func delay(for key: Key) -> Duration {
        let attempt = failures.withLock { failures in
            let attempt = failures[key] ?? 0
            failures[key] = attempt + 1
            return attempt
        }
        return backoff.delay(attempt: attempt)
    }

    public func forget(_ key: Key) { failures.withLock { $0[key] = nil } }

    public func retries(of key: Key) -> Int { failures.withLock { $0[key] ?? 0 } }
}

/// A token bucket over all keys: when many objects fail at once, their retries together stay below `perSecond`.
public final class TokenBucketRateLimiter<Key: Hashable & Sendable>: RateLimiter {
    private struct State {
        var tokens: Double
        var updatedAt: Duration
    }
    private let perSecond: Double
    private let burst: Double
    private let stopwatch: Stopwatch
    private let state: Lock<State>

    /// The defaults are client-go's: 10 a second, 100 at once. `perSecond` below 0.001 counts as 0.001.
    public init(perSecond: Double = 10, burst: Int = 100, clock: any Clock<Duration> = MonotonicClock()) {
        self.perSecond = max(0.001, perSecond)
        self.burst = Double(max(1, burst))
        stopwatch = Stopwatch(clock)
        state = Lock(State(tokens: self.burst, updatedAt: .zero))
    }

    /// Takes a token, on credit if none is left: then the delay lasts until the bucket has paid it back.
    public func delay(for key: Key) -> Duration {
        let now = stopwatch.elapsed
        return state.withLock { state in
            let refill = (now - state.updatedAt) / .seconds(1) * perSecond
            state.tokens = min(burst, state.tokens + refill) - 1
            state.updatedAt = now
            return state.tokens >= 0 ? .zero : .seconds(-state.tokens / perSecond)
        }
    }

    public func forget(_ key: Key) {}

    public func retries(of key: Key) -> Int { 0 }
}

/// The longest delay of several limiters.
public struct MaxOfRateLimiter<Key: Hashable & Sendable>: RateLimiter {
    private let limiters: [any RateLimiter<Key>]

    public init(_ limiters: [any RateLimiter<Key>]) { self.limiters = limiters }

    public func delay(for key: Key) -> Duration { limiters.map { $0.delay(for: key) }.max() ?? .zero }

    public func forget(_ key: Key) { for limiter in limiters { limiter.forget(key) } }

    public func retries(of key: Key) -> Int { limiters.map { $0.retries(of: key) }.max() ?? 0 }
}
