/// Hands out pod addresses from 10.0.0.0/8, none to two pods at a time.
public struct PodAddresses: Sendable {
    private var byPod: [String: UInt32] = [:]
    private var taken: Set<UInt32> = []
    private var last: UInt32 = 0
    private static let size: UInt32 = 1 << 24

    public init() {}

    /// The address of a pod, the same one until `release`. Past 16 million pods addresses repeat.
    public mutating func address(ofPod uid: String) -> String {
        if let known = byPod[uid] { return Self.text(known) }
        repeat {
            last = (last + 1) % Self.size
        } while (last & 0xFF == 0 || taken.contains(last)) && taken.count < Int(Self.size) / 2
        byPod[uid] = last
        taken.insert(last)
        return Self.text(last)
    }

    /// Takes note of the address that a pod has in its status.
    public mutating func keep(_ address: String, ofPod uid: String) {
        let parts = address.split(separator: ".").compactMap { UInt32($0) }
        guard parts.count == 4, parts[0] == 10, parts.allSatisfy({ $0 < 256 }), byPod[uid] == nil else { return }
        let host = parts[1] << 16 | parts[2] << 8 | parts[3]
        byPod[uid] = host
        taken.insert(host)
    }

    public mutating func release(pod uid: String) {
        if let address = byPod.removeValue(forKey: uid) { taken.remove(address) }
    }

    private static func text(_ host: UInt32) -> String { "10.\(host >> 16 & 255).\(host >> 8 & 255).\(host & 255)" }
}
