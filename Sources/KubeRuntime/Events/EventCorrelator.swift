import KubeCore

/// Joins occurrences into series and says what is to be written when. Pure; times are those of one monotonic clock.
struct EventCorrelator: Sendable {
    /// Why an event is not written, as metrics name it.
    enum DropReason: String, Sendable {
        /// Too much waits to be written.
        case full
        /// Its object has too many events.
        case spam
        /// The server refuses it.
        case rejected
        /// The server did not take it in spite of retries.
        case failed
        /// The process ended first.
        case shutdown
    }

    enum Step: Sendable {
        case wait(Duration)
        case write(EventSeries)
    }

    /// An occurrence this long after the last one begins a new series, as in client-go.
    static let seriesLifetime = Duration.seconds(6 * 60)
    /// A series is written at most once in this time, but for its beginning.
    static let updateInterval = Duration.seconds(30)

    private let maxUnwritten: Int
    private var unwrittenCount = 0
    private var series: RecencyTable<EventOccurrence, EventSeries>
    private var spamFilter: EventSpamFilter

    /// - Parameters:
    ///   - maxUnwritten: how many new events may wait to be written.
    ///   - maxSeries: how many series, and how many objects' spam filters, are remembered.
    init(maxUnwritten: Int = 1000, maxSeries: Int = 4096) {
        self.maxUnwritten = maxUnwritten
        series = RecencyTable(limit: maxSeries, mayForget: \.isCreated)
        spamFilter = EventSpamFilter(limit: maxSeries)
    }

    /// Takes note of an occurrence. Repeats only raise a count; the first of a series may be dropped.
    mutating func observe(_ occurrence: EventOccurrence, now: Duration, time: Timestamp) -> DropReason? {
        if var known = series[occurrence], !known.isCreated || now - known.lastSeen <= Self.seriesLifetime {
            known.count += 1
            known.lastObserved = time
            known.lastSeen = now
            series[occurrence] = known
            return nil
        }
        guard unwrittenCount < maxUnwritten else { return .full }
        guard spamFilter.take(occurrence.regarding, now: now) else { return .spam }
        unwrittenCount += 1
        series[occurrence] = EventSeries(
            name: occurrence.regarding.makeEventName(), firstObserved: time, lastObserved: time, lastSeen: now)
        return nil
    }

    /// What to do for a series now, nil when all of it is written. A series that begins, and its first repeat, are
    /// written at once.
    func next(_ occurrence: EventOccurrence, now: Duration) -> Step? {
        guard let known = unwrittenSeries(of: occurrence) else { return nil }
        let wait = known.writtenCount < 2 ? .zero : known.writtenAt + Self.updateInterval - now
        return wait > .zero ? .wait(wait) : .write(known)
    }

    /// Everything that is not written yet.
    var unwritten: [EventOccurrence] { series.keys { $0.count > $0.writtenCount } }

    /// The series, if not all of it is written.
    func unwrittenSeries(of occurrence: EventOccurrence) -> EventSeries? {
        series[occurrence].flatMap { $0.count > $0.writtenCount ? $0 : nil }
    }

    /// `written` is on the server, or given up if it was an update.
    mutating func ended(_ occurrence: EventOccurrence, _ written: EventSeries, at now: Duration) {
        guard var known = series[occurrence] else { return }
        if !known.isCreated { unwrittenCount -= 1 }
        known.name = written.name
        known.writtenCount = written.count
        known.writtenAt = now
        series[occurrence] = known
    }

    /// Gives up an event that could not be created.
    mutating func forget(_ occurrence: EventOccurrence) {
        if let known = series[occurrence], !known.isCreated { unwrittenCount -= 1 }
        series[occurrence] = nil
    }
}

/// One event on the server, and what it does not tell yet.
struct EventSeries: Sendable, Equatable {
    /// Of the event object.
    var name: String
    var firstObserved: Timestamp
    var lastObserved: Timestamp
    /// `lastObserved` on the monotonic clock.
    var lastSeen: Duration
    var count = 1
    /// `count` when it was last written; 0 until the event was created.
    var writtenCount = 0
    var writtenAt = Duration.zero

    var isCreated: Bool { writtenCount > 0 }
}
