internal import DeepSeekAPI

/// The release of an engine, for what differs between releases: `0.5.23` of `v0.5.23-cu130`. Missing parts count as 0.
struct EngineVersion: Comparable {
    private var parts: [Int]

    /// Nil for text that does not begin with a number.
    init?(_ text: String) {
        let digits = text.drop { $0 == "v" }.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let parts = digits.split(separator: ".", maxSplits: 3).prefix(3).map { Int($0) }
        guard !parts.isEmpty, !parts.contains(nil) else { return nil }
        self.parts = parts.compactMap(\.self)
        while self.parts.count < 3 { self.parts.append(0) }
    }

    static func < (left: Self, right: Self) -> Bool { left.parts.lexicographicallyPrecedes(right.parts) }
}

extension EngineSpec {
    /// Whether the engine is known to be older than a release. An image whose release nobody knows counts as new.
    func isOlder(than release: EngineVersion?) -> Bool {
        guard let release, let version = resolvedVersion.flatMap(EngineVersion.init) else { return false }
        return version < release
    }
}
