internal import Glibc

/// What the load was at each quarter of an hour of the week, learned as it goes by.
///
/// A quarter's mean counts for a third beside what was known of it, so that a profile follows a change of habits within
/// three weeks. What is not known of a day of the week is taken from the other days: the lower median of them at that time
/// of the day, which one odd day does not move.
struct SeasonalProfile: Sendable, Hashable {
    static let width: Int64 = 900
    static let day = 96
    static let week = 672
    private static let share = 1.0 / 3

    /// By the quarter of the week; 0 is unknown.
    private(set) var codes: [LoadCode]
    /// The quarter that is gathered, counted from 1970, with the sum and the number of its means.
    private(set) var open: Int64?
    private(set) var sum: Int64 = 0
    private(set) var count: Int64 = 0

    init() { codes = Array(repeating: LoadCode(), count: Self.week) }

    /// - Parameters:
    ///   - codes, open, sum, count: as they were stored; what cannot have been is left out.
    init(codes: [LoadCode], open: Int64?, sum: Int64, count: Int64) {
        self.init()
        if codes.count == Self.week { self.codes = codes }
        guard let open, (1...Self.width).contains(count), (0...(BucketSeries.highest * count)).contains(sum) else {
            return
        }
        (self.open, self.sum, self.count) = (open, sum, count)
    }

    /// Adds the mean of a short span that began at this second.
    mutating func add(_ milli: Int64, second: Int64) {
        let quarter = second.flooredQuotient(Self.width)
        if let open, open != quarter {
            learn(open)
            (sum, count) = (0, 0)
        }
        open = quarter
        guard count < Self.width else { return }
        sum += milli
        count += 1
    }

    /// The load at this second of 1970's count, thousandths, between the middles of two quarters; nil where one of them
    /// is unknown.
    func load(second: Int64) -> Double? {
        let shifted = second - Self.width / 2
        let quarter = shifted.flooredQuotient(Self.width)
        let share = Double(shifted - quarter * Self.width) / Double(Self.width)
        guard let before = load(quarter: quarter), let after = load(quarter: quarter + 1) else { return nil }
        return before + (after - before) * share
    }

    private func load(quarter: Int64) -> Double? {
        let slot = Self.slot(quarter)
        if codes[slot].isKnown { return codes[slot].milli }
        return median(ofOthersAt: slot)
    }

    /// The lower median of what is known of that time on the other days; nil where nothing is.
    private func median(ofOthersAt slot: Int) -> Double? {
        func code(_ day: Int) -> LoadCode { codes[(slot + day * Self.day) % Self.week] }
        let known = (1..<7).count { code($0).isKnown }
        guard known > 0 else { return nil }
        // Six at most: the one that has so many below it.
        for day in 1..<7 where code(day).isKnown {
            let below = (1..<7).count { code($0).isKnown && (code($0), $0) < (code(day), day) }
            if below == (known - 1) / 2 { return code(day).milli }
        }
        return nil
    }

    private mutating func learn(_ quarter: Int64) {
        let slot = Self.slot(quarter)
        let mean = Double(sum) / Double(count)
        let known = codes[slot]
        codes[slot] = LoadCode(milli: known.isKnown ? known.milli + (mean - known.milli) * Self.share : mean)
    }

    private static func slot(_ quarter: Int64) -> Int {
        Int(quarter - quarter.flooredQuotient(Int64(week)) * Int64(week))
    }
}

/// A load in 16 bits, to 0.04 %: 1,024 steps for each doubling. 0 is unknown.
struct LoadCode: Sendable, Hashable, Comparable, Codable {
    private var code: UInt16 = 0

    /// Unknown.
    init() {}

    /// - Parameter milli: 0 or more, at most 2^63.
    init(milli: Double) {
        let steps = (log2(1 + max(milli, 0)) * 1024).rounded() + 1
        code = UInt16(exactly: min(steps, 65_535)) ?? 0
    }

    var isKnown: Bool { code > 0 }
    var milli: Double { exp2(Double(max(code, 1) - 1) / 1024) - 1 }

    static func < (left: LoadCode, right: LoadCode) -> Bool { left.code < right.code }

    init(from decoder: any Decoder) throws { code = try decoder.singleValueContainer().decode(UInt16.self) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(code)
    }
}
