/// How much a line matters. A logger drops what is below its own level.
public enum LogLevel: Int, Sendable, CaseIterable, Comparable, LosslessStringConvertible {
    case debug, info, warning, error

    /// Reads `debug`, `info`, `warning` (or `warn`) and `error`, in any case.
    public init?(_ text: String) {
        switch text.lowercased() {
        case "debug": self = .debug
        case "info": self = .info
        case "warning", "warn": self = .warning
        case "error": self = .error
        default: return nil
        }
    }

    public var description: String {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}

/// How a line is written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// `2026-01-01T00:00:00.000Z info controller scaled replicas=3`, for people.
    case text
    /// One JSON object a line with `ts`, `level`, `logger`, `msg` and the fields, for machines.
    case json
}
