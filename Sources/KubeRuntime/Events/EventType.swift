/// Whether an event tells of the ordinary or of something to look at.
public enum EventType: String, Sendable, Hashable {
    case normal = "Normal"
    case warning = "Warning"
}
