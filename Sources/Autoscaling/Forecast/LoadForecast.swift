/// A load that is expected, thousandths.
public struct LoadForecast: Sendable, Hashable {
    /// The highest load that is expected within the horizon.
    public var expected: Int64
    /// With the margin that past errors ask for; at least `expected`.
    public var upper: Int64
    public var hold: Int64
    /// How it was come by, for a person.
    public var method: String
}
