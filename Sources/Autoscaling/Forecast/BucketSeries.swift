/// The last means of a series over equal spans of time, in bounded memory. Samples may come as they like: several in a span
/// are averaged, a span without one is a gap, and what is older than the newest span is left out.
struct BucketSeries: Sendable, Hashable {
    /// A span that is over, with its mean.
    struct Closed {
        var bucket: Int64
        var milli: Int64
    }

    /// What a value may be: so much that the sum of a span's samples stays within 64 bits.
    static let highest: Int64 = 1 << 43
    private static let mostSamples: Int64 = 1 << 19

    /// Seconds of a span, and how many spans are kept.
    let width: Int64
    let capacity: Int
    /// A ring by the number of the span; -1 is a gap.
    private var values: [Int64]
    /// The number of the newest span, counted from 1970; nil before the first sample.
    private(set) var newest: Int64?
    /// Of the newest span.
    private var sum: Int64 = 0
    private var count: Int64 = 0

    init(width: Int64, capacity: Int) {
        self.width = width
        self.capacity = capacity
        values = Array(repeating: -1, count: capacity)
    }

    /// Adds a sample; returns the span before it once a new one begins.
    ///
    /// - Parameter milli: moved into 0 to 2^43.
    mutating func add(_ milli: Int64, second: Int64) -> Closed? {
        let bucket = second.flooredQuotient(width)
        var closed: Closed?
        if let newest {
            guard bucket >= newest else { return nil }
            if bucket > newest {
                closed = Closed(bucket: newest, milli: values[slot(newest)])
                for gap in 0..<min(bucket - newest, Int64(capacity)) { values[slot(bucket - gap)] = -1 }
                (sum, count) = (0, 0)
            }
        }
        newest = bucket
        guard count < Self.mostSamples else { return closed }
        sum += min(max(milli, 0), Self.highest)
        count += 1
        values[slot(bucket)] = sum / count
        return closed
    }

    /// The mean of a span; nil for a gap and for what is not kept.
    subscript(bucket: Int64) -> Int64? {
        guard let newest, bucket <= newest, newest - bucket < Int64(capacity) else { return nil }
        let value = values[slot(bucket)]
        return value < 0 ? nil : value
    }

    /// The newest span that is over and no gap.
    var newestClosed: Int64? {
        guard let newest else { return nil }
        return (1..<Int64(capacity)).lazy.map { newest - $0 }.first { self[$0] != nil }
    }

    /// Renames all spans by how far the clock was set.
    mutating func shift(bySeconds seconds: Int64) {
        guard var stored else { return }
        stored.newest += seconds.flooredQuotient(width)
        self = BucketSeries(width: width, capacity: capacity, stored: stored)
    }

    private func slot(_ bucket: Int64) -> Int {
        Int(bucket - bucket.flooredQuotient(Int64(capacity)) * Int64(capacity))
    }
}

extension BucketSeries {
    /// What is kept of a series.
    struct Stored: Codable {
        var newest: Int64
        /// The newest first, -1 for gaps, those at the end left out.
        var values: [Int64]
        var sum: Int64
        var count: Int64
    }

    var stored: Stored? {
        guard let newest else { return nil }
        var values = (0..<Int64(capacity)).map { self[newest - $0] ?? -1 }
        while values.last == -1 { values.removeLast() }
        return Stored(newest: newest, values: values, sum: sum, count: count)
    }

    /// The series as it was stored. What cannot have been stored is nothing.
    init(width: Int64, capacity: Int, stored: Stored?) {
        self.init(width: width, capacity: capacity)
        guard let stored, stored.newest.magnitude < 1 << 40, (1...Self.mostSamples).contains(stored.count),
            (0...(Self.highest * stored.count)).contains(stored.sum)
        else { return }
        newest = stored.newest
        for (age, value) in stored.values.prefix(capacity).enumerated() {
            values[slot(stored.newest - Int64(age))] = min(max(value, -1), Self.highest)
        }
        (sum, count) = (stored.sum, stored.count)
        values[slot(stored.newest)] = sum / count
    }
}

extension Int64 {
    /// Division that rounds towards negative infinity. `divisor` is positive.
    func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
