/// The GPUs that quota still gives, less those that Deployments have asked for and quota has not charged yet.
struct Room {
    /// nil: no limit.
    private(set) var gpus: Int?

    init(_ world: ObservedMigration) {
        guard let room = world.quotaRoom else { return }
        gpus = world.deployments.reduce(room) { rest, deployment in
            rest.clampedSubtracting(Self.cost(deployment.replicas - deployment.pods, deployment.gpusPerReplica))
        }
    }

    /// Whether a revision could have so many replicas.
    func holds(
        _ deployment: RevisionDeployment?, _ revision: String?, replicas: Int, in world: ObservedMigration
    ) -> Bool {
        guard let gpus else { return true }
        return Self.missing(deployment, revision, replicas, world) <= max(0, gpus)
    }

    /// What is missing, in words.
    func shortage(of revision: String?, replicas: Int, in world: ObservedMigration) -> String {
        let missing = Self.missing(world.deployment(revision), revision, replicas, world)
        return "\(missing) GPUs are needed for \(replicas) replicas, and the quota leaves \(max(0, gpus ?? missing))"
    }

    /// The replicas that there is room for, `current` ones being there already. Takes the room.
    mutating func grant(_ wished: Int, over current: Int, gpusPerReplica: Int) -> Int {
        guard let gpus, gpusPerReplica > 0, wished > current else { return wished }
        let granted = min(wished, current + max(0, gpus) / gpusPerReplica)
        self.gpus = gpus - Self.cost(granted - current, gpusPerReplica)
        return granted
    }

    private static func missing(
        _ deployment: RevisionDeployment?, _ revision: String?, _ replicas: Int, _ world: ObservedMigration
    ) -> Int {
        let each = deployment?.gpusPerReplica ?? revision.flatMap(world.revision)?.gpusPerReplica ?? 0
        return cost(replicas - (deployment?.replicas ?? 0), each)
    }

    private static func cost(_ replicas: Int, _ gpus: Int) -> Int {
        let product = max(0, replicas).multipliedReportingOverflow(by: max(0, gpus))
        return product.overflow ? .max : product.partialValue
    }
}

extension Int {
    fileprivate func clampedSubtracting(_ other: Int) -> Int {
        let difference = subtractingReportingOverflow(other)
        return difference.overflow ? .min : difference.partialValue
    }
}
