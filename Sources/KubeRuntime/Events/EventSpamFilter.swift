/// A token bucket for each object, so that one in trouble cannot flood the API server. Pure; client-go's numbers.
struct EventSpamFilter: Sendable {
    private struct Bucket: Sendable {
        var tokens: Double
        var updatedAt: Duration
    }

    static let burst = 25
    /// One token comes back each.
    static let refillInterval = Duration.seconds(300)

    private var buckets: RecencyTable<EventSubject, Bucket>

    init(limit: Int) { buckets = RecencyTable(limit: limit) }

    /// Whether the object may have one more event.
    mutating func take(_ subject: EventSubject, now: Duration) -> Bool {
        let full = Double(Self.burst)
        var bucket = buckets[subject] ?? Bucket(tokens: full, updatedAt: now)
        bucket.tokens = min(full, bucket.tokens + (now - bucket.updatedAt) / Self.refillInterval)
        bucket.updatedAt = now
        let isAllowed = bucket.tokens >= 1
        if isAllowed { bucket.tokens -= 1 }
        buckets[subject] = bucket
        return isAllowed
    }
}
