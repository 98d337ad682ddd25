/// Hands out pod addresses from one network, none to two pods at a time.
public struct PodAddresses: Sendable {
    private var byPod: [String: UInt32] = [:]
    private var taken: Set<UInt32> = []
    private var last: UInt32 = 0
    private let network: PodNetwork
    private var size: UInt32 { 1 << (32 - network.length) }

    public init(_ network: PodNetwork = .standard) { self.network = network }

    /// The address of a pod, the same one until `release`. Once half of the network is taken addresses repeat.
    public mutating func address(ofPod uid: String) -> String {
        if let known = byPod[uid] { return text(known) }
        repeat {
            last = (last + 1) % size
        } while (last & 0xFF == 0 || taken.contains(last)) && taken.count < Int(size) / 2
        byPod[uid] = last
        taken.insert(last)
        return text(last)
    }

    /// Takes note of the address that a pod has in its status.
    public mutating func keep(_ address: String, ofPod uid: String) {
        let parts = address.split(separator: ".").compactMap { UInt32($0) }
        guard parts.count == 4, parts.allSatisfy({ $0 < 256 }), byPod[uid] == nil else { return }
        let number = parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3]
        guard number & ~(size - 1) == network.base else { return }
        let host = number & (size - 1)
        byPod[uid] = host
        taken.insert(host)
    }

    public mutating func release(pod uid: String) {
        if let address = byPod.removeValue(forKey: uid) { taken.remove(address) }
    }

    private func text(_ host: UInt32) -> String {
        let number = network.base | host
        return "\(number >> 24).\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
    }
}

/// The IPv4 network that pods have their addresses from.
public struct PodNetwork: Sendable, Hashable {
    /// Its first address.
    let base: UInt32
    /// The bits that all addresses have in common: 8 or 16.
    let length: UInt32

    /// 10.0.0.0/8.
    public static let standard = PodNetwork(base: 10 << 24, length: 8)

    /// `127.<second>.0.0/16`: every address of it is this machine's own on Linux, so that a server can play a pod.
    public static func loopback(second: UInt8) -> PodNetwork {
        PodNetwork(base: 127 << 24 | UInt32(second) << 16, length: 16)
    }
}
