import KubeCore

/// Takes Events away an hour after they last happened, as the API server does (`--event-ttl`).
final class EventExpiry: SimulatedController {
    private static let timeToLive = Duration.seconds(3600)

    private let mirrors: Mirrors
    private let writer: ObjectWriter

    init(_ mirrors: Mirrors, _ writer: ObjectWriter) {
        self.mirrors = mirrors
        self.writer = writer
    }

    let watches: [ResourceType] = [.events]

    func keys(for change: ObjectChange) -> [NamespacedName] { [change.name] }

    func reconcile(_ key: NamespacedName, now: Timestamp) throws(Status) -> Timestamp? {
        guard let event = mirrors[.events][key] else { return nil }
        let due = Self.lastSeen(event, now: now) + Self.timeToLive
        if due > now { return due }
        try writer.delete(.events, event)
        return nil
    }

    /// When the event last happened; a time that is missing or lies ahead does not count.
    private static func lastSeen(_ event: JSONValue, now: Timestamp) -> Timestamp {
        let times =
            [event.metaCreation]
            + [["lastTimestamp"], ["eventTime"], ["series", "lastObservedTime"]]
            .compactMap { event[path: $0]?.stringValue }
        return times.compactMap { Timestamp($0) }.filter { $0 <= now }.max() ?? now
    }
}
