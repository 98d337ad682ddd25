internal import Autoscaling
internal import Base
internal import FoundationEssentials

/// The system's time zones, read from its files: the Swift runtime's own come with an amount of data that the program
/// does without.
final class TimeZoneDatabase: Sendable {
    static let system = TimeZoneDatabase(folder: "/usr/share/zoneinfo")

    let folder: String
    private let known = Lock<[String: TimeZoneRules?]>([:])

    /// Files of real zones have at most 4 KiB.
    private static let maximumSize = 1 << 20

    init(folder: String) { self.folder = folder }

    /// The rules of a zone such as `Asia/Shanghai`; nil where there is no such zone. Read once.
    subscript(name: String) -> TimeZoneRules? {
        if name == "UTC" { return .utc }
        guard Self.isName(name) else { return nil }
        if let known = known.withLock({ $0[name] }) { return known }
        let rules = read(name)
        known.withLock { $0[name] = .some(rules) }
        return rules
    }

    /// Letters, digits and `_+-` between single slashes: no way out of the folder.
    private static func isName(_ name: String) -> Bool {
        guard (1...64).contains(name.utf8.count) else { return false }
        return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
            !part.isEmpty
                && part.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                        || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
                }
        }
    }

    private func read(_ name: String) -> TimeZoneRules? {
        let path = "\(folder)/\(name)"
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let size = attributes[.size] as? Int, size <= Self.maximumSize,
            let data = FileManager.default.contents(atPath: path)
        else { return nil }
        return TimeZoneFile.parse(Array(data))
    }
}
