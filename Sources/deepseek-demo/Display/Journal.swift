import Base
import KubeCore
import Telemetry

/// What the operator says, as far back as it is shown.
final class Journal: LogSink {
    struct Entry: Sendable {
        /// Grows by one with every entry.
        var number: Int
        var elapsed: Duration
        var text: String
    }

    private static let capacity = 100

    private let stopwatch: Stopwatch
    private let entries = Lock<[Entry]>([])

    init(_ stopwatch: Stopwatch) { self.stopwatch = stopwatch }

    /// The newest entries, oldest first.
    var latest: [Entry] { entries.withLock { $0 } }

    /// Takes a line of a JSON logger.
    func write(_ line: [UInt8]) {
        let elapsed = stopwatch.elapsed
        let text = Self.text(line)
        entries.withLock { entries in
            entries.append(Entry(number: (entries.last?.number ?? 0) + 1, elapsed: elapsed, text: text))
            if entries.count > Self.capacity { entries.removeFirst() }
        }
    }

    /// `Reason: message (error)`, with the level where it is worse than info.
    private static func text(_ line: [UInt8]) -> String {
        let fields: JSONValue
        do { fields = try JSONValue(parsing: line) } catch { return String(decoding: line.dropLast(), as: UTF8.self) }
        let level = fields["level"]?.stringValue ?? "info"
        var text = fields["msg"]?.stringValue ?? ""
        if let reason = fields["reason"]?.stringValue { text = "\(reason): \(text)" }
        if let error = fields["error"]?.stringValue { text += " (\(error))" }
        return ["info", "debug"].contains(level) ? text : "\(level): \(text)"
    }
}
