/// A load that is expected, thousandths.
public struct LoadForecast: Sendable, Hashable {
    /// What is expected at the horizon; at least what there is.
    public var expected: Int64
    /// With the margin that past errors ask for; at least `expected`.
    public var upper: Int64
    /// What the load will hardly exceed within the time that it takes to get back what is given up now; at least `upper`.
    /// nil as long as too little is known to give anything up for it.
    public var kept: Int64?
    /// Whether the load jumps: then it is known better than a tolerance allows for.
    public var isJump: Bool { method == Self.jump }
    static let jump = "jump"
    /// How it was come by, for a person.
    public var method: String
}
