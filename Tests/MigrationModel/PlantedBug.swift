internal import KubeCore
internal import Migration

/// A mistake that a planner could make: what it sees or wants is bent before it gets through. Each breaks one
/// invariant, which the search has to find out.
public enum PlantedBug: Int, Sendable, CaseIterable {
    /// Promotes without counting ready pods.
    case promotesUnready = 1
    /// Takes the old revision away while it is still selected.
    case deletesSelected
    /// Goes back only from a revision that is ready.
    case needsHealthToGoBack
    /// Does not ask what the quota leaves.
    case ignoresQuota
    /// Takes any pass for a pass.
    case believesAnyPass
    /// Makes the active revision smaller while the next one loads.
    case shrinksActive
    /// Thinks that everything is claimed, and deletes whatever is.
    case ignoresClaims
    /// Thinks that no request is in flight.
    case ignoresStreams
    /// Never thinks that the time is up.
    case ignoresDeadlines

    func distort(_ world: inout ObservedMigration) {
        switch self {
        case .promotesUnready:
            for index in world.deployments.indices {
                world.deployments[index].ready = world.deployments[index].replicas
            }
        case .ignoresQuota: world.quotaRoom = nil
        case .believesAnyPass:
            guard let record = world.service?.record, let kind = record.step.gate, let target = record.target else {
                return
            }
            for index in world.gateResults.indices where world.gateResults[index].outcome == .passed {
                world.gateResults[index].gate = Gate(kind: kind, revision: target, attempt: record.attempt)
                world.gateResults[index].observedAt = world.now
            }
        case .ignoresClaims:
            // Stable prepares no switch, and would run after a claim above its record for ever.
            let record = world.service?.record
            let claim = (record?.epoch ?? 0) + (record?.step == .stable ? 0 : 1)
            for index in world.deployments.indices {
                let isRetiring = world.service?.record?.isRetiring(world.deployments[index].revision) ?? false
                world.deployments[index].claim = isRetiring ? 0 : claim
            }
        case .ignoresStreams:
            for index in world.deployments.indices {
                world.deployments[index].inFlight = InFlightCount(requests: 0, observedAt: world.now)
            }
        case .ignoresDeadlines: world.service?.record?.deadline = nil
        case .needsHealthToGoBack, .deletesSelected, .shrinksActive: break
        }
    }

    func distort(_ actions: inout [MigrationAction], _ world: ObservedMigration) {
        guard let record = world.service?.record else { return }
        let active = world.deployment(record.active)
        switch self {
        case .deletesSelected:
            if record.step == .holding, let active {
                actions.append(
                    .deleteDeployment(
                        revision: active.revision, uid: active.uid, resourceVersion: active.resourceVersion))
            }
        case .needsHealthToGoBack:
            if record.step == .switchingBack, active?.ready ?? 0 == 0 { actions = [] }
        case .shrinksActive:
            if record.step == .loading, let active, active.replicas > 1 {
                actions.append(
                    .scale(
                        ScaleWrite(
                            revision: active.revision, replicas: active.replicas - 1, claim: active.claim,
                            uid: active.uid, resourceVersion: active.resourceVersion)))
            }
        default: break
        }
    }
}
