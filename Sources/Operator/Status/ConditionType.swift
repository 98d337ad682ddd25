/// The types of a cluster's conditions that the operator sets. AbleToScale, ScalingActive and ScalingLimited come from
/// the autoscaler.
enum ConditionType {
    /// The spec can be carried out.
    static let accepted = "Accepted"
    /// The revision that spec describes is active at its size.
    static let ready = "Ready"
    /// Something serves.
    static let available = "Available"
    /// Something is under way.
    static let progressing = "Progressing"
    /// A revision loads while another serves.
    static let migrating = "Migrating"
    /// Every pod found its place.
    static let capacityAvailable = "CapacityAvailable"
    static let paused = "Paused"
    /// Something is wrong that waiting may not mend.
    static let degraded = "Degraded"
}
