/// A load and the settings that every rule gets, as `scenarios/*.json` have it.
public struct Scenario: Sendable, Hashable, Codable {
    /// Exactly one of the two.
    public struct Traffic: Sendable, Hashable, Codable {
        /// A CSV, its path from the scenario's own folder.
        public var trace: String?
        /// Requests a second that the trace is scaled to in the mean; nil leaves it as it is.
        public var meanRate: Double?
        public var shape: TrafficShape?
    }

    /// Seconds between two decisions of a rule; those of the instant and the clairvoyant rule are 1.
    public struct SyncSeconds: Sendable, Hashable, Codable {
        public var hpa: Int
        public var kpa: Int
        public var ours: Int
    }

    public var name: String
    public var about: String
    /// Whether the past of the load tells its future. It decides which goals hold.
    public var foreseeable: Bool
    public var traffic: Traffic
    /// Requests a second for each replica, at least a thousandth.
    public var target: Double
    public var minReplicas: Int
    public var maxReplicas: Int
    public var initialReplicas: Int
    public var sloSeconds: Double
    public var metricWindowSeconds: Int
    /// The scenario is played once for each of them.
    public var loadSeconds: [Int]
    public var syncSeconds: SyncSeconds

    /// What is wrong with it; nil when nothing is.
    public var problem: String? {
        if (traffic.trace == nil) == (traffic.shape == nil) { return "traffic needs either a trace or a shape" }
        if !(0.001...1e9).contains(target) { return "target must be from 0.001 to 1e9" }
        if !(0...100_000).contains(minReplicas) { return "minReplicas must be from 0 to 100000" }
        if !(max(minReplicas, 1)...100_000).contains(maxReplicas) {
            return "maxReplicas must be from minReplicas (at least 1) to 100000"
        }
        if !(0...100_000).contains(initialReplicas) { return "initialReplicas must be from 0 to 100000" }
        if loadSeconds.isEmpty || loadSeconds.contains(where: { !(0...86_400).contains($0) }) {
            return "loadSeconds needs at least one time from 0 to 86400"
        }
        if [syncSeconds.hpa, syncSeconds.kpa, syncSeconds.ours].contains(where: { !(1...3600).contains($0) }) {
            return "syncSeconds must be from 1 to 3600"
        }
        return nil
    }
}
