import Glibc

/// What may be set from outside.
enum Environment {
    /// How many ticks each property is tried on.
    static let propertyTicks = getenv("AUTOSCALING_PROPERTY_TICKS").flatMap { Int(String(cString: $0)) }
}
