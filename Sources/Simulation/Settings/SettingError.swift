/// A setting that cannot be simulated. The description names the setting and what would be right.
public struct SettingError: Error, Equatable, CustomStringConvertible {
    public var description: String

    public init(_ setting: String, _ problem: String) { description = "\(setting): \(problem)" }
}
