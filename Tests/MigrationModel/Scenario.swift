internal import Base
public import Migration

/// How the pods of a revision turn out.
public enum Fate: String, Sendable, CaseIterable {
    case good
    /// The image cannot be pulled.
    case noImage
    /// Loads, and never becomes ready.
    case stuck
    /// Becomes ready, and then its pods end again and again.
    case crashes
    /// Serves, and fails every gate.
    case bad
    /// Serves, and its gates have no data.
    case silent
}

/// What a run begins with. Revision 0 is the first.
public struct Scenario: Sendable {
    public var policy = MigrationPolicy()
    public var wish = 2
    /// GPUs of the quota; nil for none.
    public var quota: Int?
    /// GPUs of all nodes.
    public var nodes = 64
    public var fates: [Fate] = Array(repeating: .good, count: Self.names.count)
    /// GPUs of a replica, by revision.
    public var gpus: [Int] = Array(repeating: 1, count: Self.names.count)

    /// Whether the first revision has come up before the run begins.
    public var startsReady = true

    public static let names = ["a", "b", "c", "d"]

    public init() {}

    /// A scenario of a random search.
    init(_ random: inout SplitMix64) {
        wish = [0, 1, 1, 2, 2, 2, 3, 3, 4, 5][random.below(10)]
        policy.autoPromote = random.chance(75)
        policy.autoPromoteAfterSeconds = random.chance(70) ? 0 : 120
        policy.previewReplicas = 1 + random.below(3)
        policy.progressDeadlineSeconds = 600
        policy.capacityWaitSeconds = random.chance(20) ? 0 : 900
        policy.scaleDownDelaySeconds = random.chance(40) ? 0 : 300
        policy.drainSeconds = random.chance(15) ? 0 : 120
        policy.endpointSpreadSeconds = random.chance(30) ? 0 : 15
        policy.onInsufficientCapacity = MigrationPolicy.CapacityShortage.allCases[random.below(3)]
        policy.revisionHistoryLimit = random.below(4)
        for kind in GateKind.allCases where random.chance(50) { policy.gates[kind] = 240 }
        if random.chance(50) { quota = [wish, wish + 1, 2 * wish, 2 * wish + 2][random.below(4)] }
        if random.chance(25) { nodes = [wish, wish + 1, 2 * wish][random.below(3)] }
        startsReady = random.chance(85)
        for index in fates.indices {
            if random.chance(index == 0 ? 15 : 45) { fates[index] = Fate.allCases[random.below(Fate.allCases.count)] }
            if random.chance(10) { gpus[index] = 2 }
        }
    }
}
