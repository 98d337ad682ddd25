/// The arrivals of the last seconds.
public struct ArrivalHistory: Sendable, Hashable {
    /// A ring; the newest is before `next`.
    private var seconds: [Double]
    private var next = 0
    private var count = 0

    /// - Parameter capacity: seconds that are kept, at least 1.
    public init(capacity: Int) { seconds = Array(repeating: 0, count: max(capacity, 1)) }

    public mutating func add(_ arrivals: Double) {
        seconds[next] = arrivals
        next = (next + 1) % seconds.count
        count = min(count + 1, seconds.count)
    }

    /// Arrivals in the newest second; 0 before the first.
    public var latest: Double { mean(over: 1) }

    /// Arrivals a second over the last `window` seconds, or as many as are known; 0 before the first.
    public func mean(over window: Int) -> Double {
        let window = min(max(window, 1), count)
        guard window > 0 else { return 0 }
        // Added up anew each time: a running sum would drift, and differ by where a trace began.
        let sum = (1...window).reduce(0) { $0 + seconds[(next - $1 + seconds.count) % seconds.count] }
        return sum / Double(window)
    }
}
