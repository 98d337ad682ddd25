public import KubeCore

/// Amounts of resources by name, such as `cpu`, `memory` and `nvidia.com/gpu`; in units of 10^-9, so that sums of
/// quantities are exact.
public struct ResourceAmounts: Sendable, Hashable {
    public private(set) var nanos: [String: Int128] = [:]

    public init() {}

    /// A resource list of the API. Quantities that cannot be read count as absent: the API server admits none.
    public init(_ list: JSONValue?) {
        for (name, value) in list?.objectValue ?? [:] {
            let text = value.stringValue ?? value.intValue.map(String.init)
            if let quantity = text.flatMap({ Quantity($0) }) { nanos[name] = quantity.nanos }
        }
    }

    public subscript(name: String) -> Int128 { nanos[name] ?? 0 }

    /// Whole units of a resource, rounded down and clamped to 64 bits.
    public func units(of name: String) -> Int64 { Int64(clamping: self[name] / 1_000_000_000) }

    // Each quantity is below 2^93, so no sum of what a cluster holds comes near 2^127.
    public static func += (left: inout ResourceAmounts, right: ResourceAmounts) {
        for (name, amount) in right.nanos { left.nanos[name, default: 0] &+= amount }
    }

    public static func -= (left: inout ResourceAmounts, right: ResourceAmounts) {
        for (name, amount) in right.nanos { left.nanos[name, default: 0] &-= amount }
    }

    /// These amounts with those of `other` in their place where it has any.
    func overlaid(with other: ResourceAmounts) -> ResourceAmounts {
        var result = self
        result.nanos.merge(other.nanos) { _, new in new }
        return result
    }

    /// The larger amount of each resource.
    func maximum(_ other: ResourceAmounts) -> ResourceAmounts {
        var result = self
        result.nanos.merge(other.nanos) { max($0, $1) }
        return result
    }
}

extension PodView {
    /// What the scheduler reserves: the containers and sidecars together, or the largest init container if that is
    /// more, plus the overhead.
    public var requests: ResourceAmounts {
        var running = ResourceAmounts()
        var largestInit = ResourceAmounts()
        for container in initContainers {
            if container.isSidecar {
                running += container.requests
            } else {
                var needed = running
                needed += container.requests
                largestInit = largestInit.maximum(needed)
            }
        }
        for container in containers { running += container.requests }
        var total = running.maximum(largestInit)
        total += ResourceAmounts(spec?["overhead"])
        return total
    }
}
