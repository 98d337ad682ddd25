/// What a load that at least doubled within a minute needs on top: the queue that grew until pods were there.
///
/// Pods that are started for a jump are ready a cold start later. Clients wait meanwhile, first come, first served, so that
/// pods for the new load alone leave everybody waiting for as long as the first of them. Half of what was missing is asked
/// for on top until those pods are ready, and a minute more: that works off a minute's queue (clients hardly wait longer)
/// in two, beside what a target under 100 % leaves free. Nothing is missing where the pods that are ready take the load: a
/// metric that was away for a minute jumps, too.
struct LoadSurge: Sendable, Hashable, Codable {
    private static let share = 0.5
    private static let seconds: Int64 = 60
    /// By how many times itself a load has to grow.
    private static let least = 1.0

    /// When the load was last seen jumping.
    private(set) var second: Int64
    private var until: Int64
    /// Thousandths.
    private var milli: Double

    /// - Parameters:
    ///   - before: the load before it jumped, thousandths.
    ///   - jump: where it is now.
    ///   - served: what the pods that are ready take.
    ///   - horizon: seconds until a pod started now is ready.
    ///   - last: the surge before this one, which may be the same one a sample ago.
    /// - Returns: nil where it does not grow by so much.
    init?(from before: Double, to jump: Double, served: Double, second: Int64, horizon: Int64, last: LoadSurge?) {
        guard jump > (1 + Self.least) * before else { return nil }
        self.second = second
        until = second + horizon + Self.seconds
        let missing = max(jump - max(before, served), 0)
        milli = min(max(Self.share * missing, last?.extra(at: second) ?? 0), Double(BucketSeries.highest))
    }

    /// What is asked for on top, thousandths.
    func extra(at second: Int64) -> Double { second < until ? milli : 0 }

    /// Whether it can have been stored so.
    var isValid: Bool {
        second.magnitude < 1 << 40 && until.magnitude < 1 << 40 && (0...Double(BucketSeries.highest)).contains(milli)
    }

    mutating func shift(bySeconds seconds: Int64) {
        second += seconds
        until += seconds
    }
}
