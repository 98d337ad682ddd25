internal import KubeCore
internal import Migration

/// The nine invariants, each checked by what really is and not by what the planner says. `look` is what the write was
/// decided on: what the world did since then is not ours.
struct Invariants {
    /// The cluster before the write.
    let before: ModelCluster
    let look: ObservedMigration
    /// Whether a leader without the lease made the write.
    let isOld: Bool
    /// Whether somebody else changed the live Service since we last wrote it.
    let isServiceEdited: Bool
    /// Whether somebody else changed replicas.
    let areReplicasEdited: Bool

    func check(_ action: MigrationAction) -> Violation? {
        switch action {
        case .writeLive(let write): return selection(write)
        case .scale(let write): return shrinking(write)
        case .deleteDeployment(let revision, _, _): return deletion(revision)
        case .createDeployment, .deleteRevision: return nil
        }
    }

    private var selected: Selection { before.service?.selection ?? .none }
    private var record: MigrationRecord? { look.service?.record }

    private func ready(_ selection: Selection) -> Int {
        look.deployments.reduce(0) { selection.includes($1.revision) ? $0 + min($1.ready, $1.replicas) : $0 }
    }

    // MARK: 1

    private func selection(_ write: LiveWrite) -> Violation? {
        guard write.selection != selected, look.wish > 0 else { return nil }
        if write.selection == .none {
            return before.service == nil ? nil : Violation(invariant: 1, message: "the selector is taken away")
        }
        let gained = ready(write.selection)
        let others = look.deployments.filter { !write.selection.includes($0.revision) }.map(\.ready).max() ?? 0
        if gained >= floor(write) || others == 0 { return nil }
        // The one that was selected and should be is dead already; nobody loses anything by the selector's return.
        if record?.selection == write.record.selection, gained == 0, ready(selected) == 0 { return nil }
        return Violation(
            invariant: 1,
            message: "\(write.selection) with \(gained) ready pods is selected, \(floor(write)) are needed")
    }

    private func floor(_ write: LiveWrite) -> Int {
        guard let record, let arrow = write.transitions.last(where: { $0.trigger == .switched }) else { return 1 }
        switch arrow.from {
        case .scalingUp:
            let isLate = look.now >= record.since + .seconds(look.policy.progressDeadlineSeconds)
            return max(1, min(look.wish, isLate ? record.size : ready(.revision(record.active))))
        case .replacing, .restoring: return max(1, min(look.wish, record.size) - 1)
        default: return 1
        }
    }

    // MARK: 2 and 8

    private func deletion(_ revision: String) -> Violation? {
        if selected.includes(revision), !isServiceEdited {
            return Violation(invariant: isOld ? 7 : 2, message: "revision \(revision) is selected and deleted")
        }
        guard let index = before.index(revision) else { return nil }
        let hidden = before.hidden[index]
        guard hidden.flight > 0, !hidden.isMeddledWith, let since = hidden.drainsFrom else { return nil }
        let isTimeUp = before.now >= since + .seconds(look.policy.drainSeconds)
        return isTimeUp
            ? nil : Violation(invariant: 8, message: "revision \(revision) has \(hidden.flight) requests in flight")
    }

    // MARK: 2 and 6

    private func shrinking(_ write: ScaleWrite) -> Violation? {
        guard let index = before.index(write.revision), selected.includes(write.revision), !isServiceEdited else {
            return nil
        }
        let current = before.deployments[index].replicas
        guard write.replicas < current, look.wish > 0 else { return nil }
        if write.replicas == 0 {
            return Violation(
                invariant: isOld ? 7 : 2, message: "revision \(write.revision) is selected and scaled to 0")
        }
        if before.service?.record?.selection != .all, write.replicas >= look.wish { return nil }
        // What is made smaller in place is made as small as was right when the leader looked, although another leader may
        // have moved the record on while the write was under way: the Deployment's version does not tell.
        let isMovedOn = before.service?.record != record
        guard let live = isOld || isMovedOn ? record : before.service?.record, live.mode == .inPlace else {
            return Violation(
                invariant: isOld ? 7 : 6, message: "revision \(write.revision) is active and made smaller")
        }
        let floor = max(1, min(look.wish, selected == .all ? live.size : look.wish) - 1)
        let rest = before.deployments.reduce(0) { selected.includes($1.revision) ? $0 + $1.replicas : $0 }
        if ready(selected) - (current - write.replicas) < floor
            || !areReplicasEdited && rest - (current - write.replicas) < floor
        {
            return Violation(invariant: isOld ? 7 : 6, message: "fewer than \(floor) replicas are left in place")
        }
        return nil
    }

    // MARK: 4

    /// All that a plan asks for has to fit what the quota had left when it was made.
    static func quota(_ actions: [MigrationAction], _ look: ObservedMigration) -> Violation? {
        guard let room = look.quotaRoom else { return nil }
        var asked = 0
        for action in actions {
            switch action {
            case .createDeployment(let revision, let replicas, _):
                asked += replicas * (look.revision(revision)?.gpusPerReplica ?? 0)
            case .scale(let write):
                let deployment = look.deployment(write.revision)
                asked += max(0, write.replicas - (deployment?.replicas ?? 0)) * (deployment?.gpusPerReplica ?? 0)
            default: break
            }
        }
        let promised = look.deployments.reduce(0) { $0 + max(0, $1.replicas - $1.pods) * $1.gpusPerReplica }
        guard asked > 0, asked > room - promised else { return nil }
        return Violation(invariant: 4, message: "\(asked) GPUs are asked for, the quota leaves \(room - promised)")
    }

    // MARK: 5

    /// A gate is passed by the pass of its own current run alone.
    static func gates(_ write: LiveWrite, _ look: ObservedMigration, genuine: [Gate]) -> Violation? {
        for arrow in write.transitions where arrow.trigger == .gatePassed {
            guard let record = look.service?.record, let kind = arrow.from.gate, let target = record.target,
                genuine.contains(Gate(kind: kind, revision: target, attempt: record.attempt))
            else { return Violation(invariant: 5, message: "\(arrow.from) passed without a pass of its own") }
        }
        return nil
    }
}
