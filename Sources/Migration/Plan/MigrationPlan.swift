public import KubeCore

/// What one look leads to.
public struct MigrationPlan: Sendable {
    /// In order.
    public var actions: [MigrationAction] = []
    /// Whether to look again, at the server and not at caches, and to carry out the plan of that look instead.
    public var needsFreshLook = false
    /// The run of a gate that should be going on; every other is to be cancelled.
    public var gate: Gate?
    /// The record as it will be when the plan is carried out; nil while there is nothing to serve.
    public var record: MigrationRecord?
    /// When to look again though nothing changed: the next deadline.
    public var wakeAt: Timestamp?
    /// The look that it was made from.
    let world: ObservedMigration

    init(_ world: ObservedMigration) { self.world = world }

    public var step: Step { record?.step ?? .stable }
    public var since: Timestamp? { record?.since }
    public var deadline: Timestamp? { record?.deadline }

    /// The revisions whose requests in flight are to be counted: what is on its way out.
    public var drainingRevisions: [String] {
        (record?.retiring ?? []).map(\.revision).filter { world.deployment($0) != nil }.sorted()
    }

    /// The revisions whose Deployment, disruption budget and template are to be kept as they should be, in order of
    /// their names.
    public var keptRevisions: [String] {
        guard let record else { return [] }
        let wanted = [record.active, record.target, record.previous].compactMap(\.self)
        return Set(wanted).filter { world.deployment($0) != nil }.sorted()
    }
}
