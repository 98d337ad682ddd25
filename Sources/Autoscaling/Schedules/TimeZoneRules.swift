internal import KubeCore

/// The offsets of a time zone from UTC over time: a table of transitions, and a rule for what comes after it.
public struct TimeZoneRules: Sendable, Hashable {
    /// One stretch of time with one offset.
    struct Transition: Sendable, Hashable {
        /// Seconds since the epoch, from when the offset holds.
        var time: Int64
        /// Seconds east of UTC.
        var offset: Int
    }

    /// Before the first transition.
    let initialOffset: Int
    /// In order of time.
    let transitions: [Transition]
    /// For times after the last transition.
    let rule: POSIXTimeZone?

    public static let utc = TimeZoneRules(initialOffset: 0, transitions: [], rule: nil)

    /// Seconds east of UTC at a time.
    func offset(at seconds: Int64) -> Int {
        guard let last = transitions.last else { return rule?.offset(at: seconds) ?? initialOffset }
        if seconds >= last.time { return rule?.offset(at: seconds) ?? last.offset }
        var low = 0
        var high = transitions.count
        // The first transition after the time.
        while low < high {
            let middle = (low + high) / 2
            if transitions[middle].time <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? initialOffset : transitions[low - 1].offset
    }

    /// When clocks show this local time, in seconds as if it were UTC: the first time where clocks are set back and show it
    /// twice, and the moment they are set forward where they skip it.
    func instant(local: Int64) -> Int64 {
        let day: Int64 = 86_400
        let offsets = Set([local - day, local, local + day].map(offset)).sorted()
        // The largest offset gives the earliest time.
        for offset in offsets.reversed() where self.offset(at: local - Int64(offset)) == offset {
            return local - Int64(offset)
        }
        // Skipped: between these two the clocks are set forward.
        var before = local - Int64(offsets.last ?? 0)
        var after = local - Int64(offsets.first ?? 0)
        let offsetBefore = offset(at: before)
        while after - before > 1 {
            let middle = before + (after - before) / 2
            if offset(at: middle) == offsetBefore { before = middle } else { after = middle }
        }
        return after
    }
}
