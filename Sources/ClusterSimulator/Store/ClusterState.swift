internal import Base
import KubeCore

/// Everything that the cluster holds. Reached only under the lock of `SimulatedCluster`; each of its methods is one
/// step of a request that is atomic as a whole.
final class ClusterState {
    let configuration: SimulatedCluster.Configuration
    var registry: Registry
    private var tables: [ResourceDefinition.StorageKey: ObjectTable] = [:]
    private(set) var resourceVersion: Int64 = 1
    private var random: SplitMix64
    /// Whom to wake once the lock is released.
    private var woken: [WakeUp] = []
    /// Whether the contents of a namespace are being deleted, so that each deletion need not look for its end.
    var isTerminatingNamespace = false
    /// The next address that a Service may get.
    private var nextServiceAddress: UInt32 = 10

    init(configuration: SimulatedCluster.Configuration, registry: Registry) {
        self.configuration = configuration
        self.registry = registry
        random = SplitMix64(seed: configuration.seed)
    }

    var now: Timestamp { configuration.now() }

    func table(_ key: ResourceDefinition.StorageKey) -> ObjectTable {
        if let table = tables[key] { return table }
        let table = ObjectTable(historyCapacity: configuration.historyCapacity)
        table.compactWithoutWaking(through: resourceVersion)
        tables[key] = table
        return table
    }

    func table(_ definition: ResourceDefinition) -> ObjectTable { table(definition.storageKey) }

    var allTables: [ResourceDefinition.StorageKey: ObjectTable] { tables }

    /// Stores one change under the next resource version.
    @discardableResult
    func record(
        _ kind: ObjectEvent.Kind, _ object: JSONValue, previous: StoredObject?, _ definition: ResourceDefinition
    ) -> StoredObject {
        resourceVersion += 1
        var object = object
        object[path: "metadata", "resourceVersion"] = .string(String(resourceVersion))
        let stored = StoredObject(object, resourceVersion: resourceVersion)
        let entry = EventHistory.Entry(kind: kind, object: stored, previous: previous)
        woken += table(definition).record(entry)
        return stored
    }

    /// Forgets all history, as a compaction of etcd does.
    func compact() {
        for table in tables.values { woken += table.compact(through: resourceVersion) }
    }

    func takeWoken() -> [WakeUp] {
        defer { woken = [] }
        return woken
    }

    /// A random (version 4) UUID.
    func newUID() -> String {
        let high = random.next()
        let low = random.next()
        let digits = Self.hex(high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000) + Self.hex(low & 0x3FFF_FFFF_FFFF_FFFF | 1 << 63)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }

    /// The five characters that `generateName` adds.
    func newNameSuffix() -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String((0..<5).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] })
    }

    func newServiceAddress() -> String {
        nextServiceAddress &+= 1
        let host = nextServiceAddress
        return "10.96.\(host >> 8 & 0xFF).\(host & 0xFF)"
    }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
