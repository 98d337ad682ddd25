internal import Glibc

/// Writes levelled lines with key-value fields.
///
/// A value: `named` and `with` give loggers that say more, and cost nothing to pass around. Message and fields are
/// not evaluated for a level that is switched off.
///
///     let log = logger.named("controller").with(["cluster": "default/r1"])
///     log.info("scaled", ["from": 1, "to": 3])
///
/// A line is one line: control characters in messages and fields are escaped, and a value longer than 4 KiB is cut.
public struct Logger: Sendable {
    /// Lines below this level are dropped.
    public var level: LogLevel
    private let format: LogFormat
    private let sink: any LogSink
    private let now: @Sendable () -> Int64
    private var name = ""
    private var fields: [(key: String, value: LogValue)] = []

    /// - Parameters:
    ///   - sink: standard error unless told otherwise.
    ///   - now: wall-clock time in nanoseconds since 1970.
    public init(
        level: LogLevel = .info, format: LogFormat = .text, sink: any LogSink = FileDescriptorSink(),
        now: @escaping @Sendable () -> Int64 = Logger.systemTime
    ) {
        self.level = level
        self.format = format
        self.sink = sink
        self.now = now
    }

    /// The system's wall clock, in nanoseconds since 1970.
    public static let systemTime: @Sendable () -> Int64 = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// A logger whose lines carry `name`, after a dot where there is a name already.
    public func named(_ name: String) -> Logger {
        var copy = self
        copy.name = self.name.isEmpty ? name : "\(self.name).\(name)"
        return copy
    }

    /// A logger whose lines carry `fields` too. A key given again takes the new value.
    public func with(_ fields: KeyValuePairs<String, any LogFieldValue>) -> Logger {
        var copy = self
        copy.fields = Self.merged(self.fields, fields)
        return copy
    }

    /// Whether a line of this level would be written.
    public func isEnabled(_ level: LogLevel) -> Bool { level >= self.level }

    public func debug(
        _ message: @autoclosure () -> String, error: @autoclosure () -> (any Error)? = nil,
        _ fields: @autoclosure () -> KeyValuePairs<String, any LogFieldValue> = [:]
    ) {
        log(.debug, message(), error: error(), fields())
    }

    public func info(
        _ message: @autoclosure () -> String, error: @autoclosure () -> (any Error)? = nil,
        _ fields: @autoclosure () -> KeyValuePairs<String, any LogFieldValue> = [:]
    ) {
        log(.info, message(), error: error(), fields())
    }

    public func warning(
        _ message: @autoclosure () -> String, error: @autoclosure () -> (any Error)? = nil,
        _ fields: @autoclosure () -> KeyValuePairs<String, any LogFieldValue> = [:]
    ) {
        log(.warning, message(), error: error(), fields())
    }

    public func error(
        _ message: @autoclosure () -> String, error: @autoclosure () -> (any Error)? = nil,
        _ fields: @autoclosure () -> KeyValuePairs<String, any LogFieldValue> = [:]
    ) {
        log(.error, message(), error: error(), fields())
    }

    /// Writes one line. `error` becomes the field `error`.
    public func log(
        _ level: LogLevel, _ message: @autoclosure () -> String, error: @autoclosure () -> (any Error)? = nil,
        _ fields: @autoclosure () -> KeyValuePairs<String, any LogFieldValue> = [:]
    ) {
        guard isEnabled(level) else { return }
        var all = Self.merged(self.fields, fields())
        if let error = error() { all.append(("error", .string("\(error)"))) }
        let line = LogLine(time: now(), level: level, logger: name, message: message(), fields: all)
        sink.write(line.bytes(format))
    }

    private static func merged(
        _ fields: [(key: String, value: LogValue)], _ added: KeyValuePairs<String, any LogFieldValue>
    ) -> [(key: String, value: LogValue)] {
        var result = fields
        for (key, value) in added {
            if let index = result.firstIndex(where: { $0.key == key }) {
                result[index].value = value.logValue
            } else {
                result.append((key, value.logValue))
            }
        }
        return result
    }
}
