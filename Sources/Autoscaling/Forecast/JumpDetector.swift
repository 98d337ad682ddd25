/// Sees a load that jumps, sooner than the metric shows it.
///
/// A rate is a mean over some window, by custom a minute (`rate(…[1m])`), so that a load that jumps shows as a line that
/// climbs for as long. While it climbs far faster than the load ever changes, the load itself is where the line will end:
/// what it was a minute ago, and a minute's climb. A single sample does not do it: two in a row have to rise.
struct JumpDetector: Sendable, Hashable, Codable {
    private struct Sample: Sendable, Hashable, Codable {
        var second: Int64
        var milli: Int64
    }

    static let window: Int64 = 60
    /// Seconds between two samples that are compared.
    private static let spacing: Int64 = 5
    /// How many times the usual change a jump is, and at least which share of the load in a window.
    private static let factor = 4.0
    private static let leastShare = 0.25
    private static let memory = 1.0 / 60
    private static let fewest: Int32 = 6

    /// The last ones, the oldest first.
    private var samples: [Sample] = []
    /// The usual size of changes, thousandths a second.
    private var usual = 0.0
    private var count: Int32 = 0
    /// The slope of a jump under way.
    private var climb: Double?
    /// When it began.
    private var began: Int64?

    mutating func add(_ milli: Int64, second: Int64) {
        guard let last = samples.last else {
            samples = [Sample(second: second, milli: milli)]
            return
        }
        let elapsed = second - last.second
        guard elapsed >= Self.spacing else { return }
        guard elapsed <= Self.window else {
            // What is usual stays so over a gap.
            samples = [Sample(second: second, milli: milli)]
            climb = nil
            began = nil
            return
        }
        let slope = Double(milli - last.milli) / Double(elapsed)
        let before = samples.count > 1 ? last.milli - samples[0].milli : 0
        // Less sure of what is usual after a few samples: its error falls with their root.
        let doubt = 1 + 2 * Self.weight(count).squareRoot()
        let isLarge =
            slope > Self.factor * doubt * usual && slope * Double(Self.window) > Self.leastShare * Double(last.milli)
        climb = isLarge && before > 0 && count >= Self.fewest ? slope : nil
        samples = [last, Sample(second: second, milli: milli)]
        began = climb == nil ? nil : began ?? second
        guard climb == nil else { return }
        count = min(count + 1, 1 << 20)
        usual += (abs(slope) - usual) * Self.weight(count)
    }

    /// How much one of so many samples counts.
    private static func weight(_ count: Int32) -> Double { max(memory, 1 / Double(max(count, 1))) }

    /// Whether a jump is under way, as seen at this second: what climbs for more than two windows is a ramp.
    func isJump(at second: Int64) -> Bool { began.map { second - $0 <= 2 * Self.window } ?? false }

    /// Where the load is by now.
    ///
    /// - Parameter before: what it was a window ago.
    func load(before: Double) -> Double? { climb.map { before + $0 * Double(Self.window) } }

    init() {}
}
