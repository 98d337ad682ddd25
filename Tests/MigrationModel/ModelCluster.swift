internal import KubeCore
internal import Migration

/// What a revision's pods do that no API object says.
struct HiddenDeployment: Sendable {
    /// Pods that end, and hold their GPUs until they have.
    var ending = 0
    /// Requests in flight, as they really are.
    var flight = 0
    var wasSelected = false
    /// When clients were last sent elsewhere.
    var deselectedAt: Timestamp?
    /// When the write that did it was decided on: deadlines count from then.
    var drainsFrom: Timestamp?
    /// Whether somebody else sent clients here: we do not know since when.
    var isMeddledWith = false
}

/// An API server with the objects of one cluster, and the world around it. Every write of an object gets a new
/// resourceVersion.
struct ModelCluster: Sendable {
    var scenario: Scenario
    var now = Timestamp(seconds: 1_700_000_000)
    private(set) var version = 1

    // The resource.
    var wish: Int
    var desired: String? = Scenario.names[0]
    var operation: MigrationOperation?
    var isPaused = false
    var remembered = RememberedMigration()
    private var operations = 0

    // The objects.
    var service: LiveService?
    var deployments: [RevisionDeployment] = []
    var hidden: [HiddenDeployment] = []
    var revisions: [KnownRevision] = []

    init(_ scenario: Scenario) {
        self.scenario = scenario
        wish = scenario.wish
        snapshot(Scenario.names[0])
    }

    mutating func nextVersion() -> String {
        version += 1
        return String(version)
    }

    func index(_ revision: String) -> Int? { deployments.firstIndex { $0.revision == revision } }

    func ready(_ selection: Selection) -> Int {
        deployments.reduce(0) { selection.includes($1.revision) ? $0 + $1.ready : $0 }
    }

    /// GPUs that quota still gives; nil for no quota.
    var room: Int? { scenario.quota.map { quota in quota - charged } }

    private var charged: Int { deployments.reduce(0) { $0 + $1.pods * $1.gpusPerReplica } }

    func fate(_ revision: String) -> Fate { scenario.fates[Scenario.names.firstIndex(of: revision) ?? 0] }

    // MARK: The resource

    /// The integrator keeps a ControllerRevision of what spec describes before it asks for a plan.
    mutating func describe(_ revision: String?) {
        desired = revision
        if let revision { snapshot(revision) }
    }

    /// A ControllerRevision that is missing is made anew, as it would be before a plan is asked for.
    mutating func keepSnapshot() {
        if let desired { snapshot(desired) }
    }

    private mutating func snapshot(_ revision: String) {
        guard !revisions.contains(where: { $0.name == revision }) else { return }
        let index = Scenario.names.firstIndex(of: revision) ?? 0
        revisions.append(
            KnownRevision(
                name: revision, number: Int64(version), uid: "r\(version)", resourceVersion: nextVersion(),
                gpusPerReplica: scenario.gpus[index]))
    }

    mutating func operate(_ kind: MigrationOperation.Kind, _ target: String?) {
        operations += 1
        operation = MigrationOperation(id: String(operations), kind: kind, targetRevision: target)
    }

    // MARK: Pods

    /// The Deployment controller: as many pods as spec says and quota allows. Pods that are not ready go first.
    mutating func control(_ index: Int) {
        var deployment = deployments[index]
        let alive = deployment.pods - hidden[index].ending
        if alive > deployment.replicas {
            let excess = alive - deployment.replicas
            let unready = alive - deployment.ready
            deployment.ready -= max(0, excess - unready)
            deployment.scheduled = min(deployment.scheduled, deployment.replicas)
            hidden[index].ending += excess
        } else {
            let allowed = room.map { max(0, $0) / max(1, deployment.gpusPerReplica) } ?? .max
            deployment.pods += min(deployment.replicas - alive, allowed)
        }
        change(index, deployment)
    }

    /// Pods that wait get a node while there are GPUs.
    mutating func schedule(_ index: Int) {
        var deployment = deployments[index]
        let used = deployments.indices.reduce(0) {
            $0 + (deployments[$1].scheduled + hidden[$1].ending) * deployments[$1].gpusPerReplica
        }
        let alive = deployment.pods - hidden[index].ending
        let places = max(0, scenario.nodes - used) / max(1, deployment.gpusPerReplica)
        deployment.scheduled += min(alive - deployment.scheduled, places)
        if deployment.scheduled < alive {
            deployment.trouble = deployment.trouble ?? Self.unschedulable
        } else if deployment.trouble == Self.unschedulable {
            deployment.trouble = nil
        }
        change(index, deployment)
    }

    private static let unschedulable = PodHindrance(
        reason: "Unschedulable", message: "no node has a free GPU", isPermanent: false)

    /// Models are loaded, or are not.
    mutating func load(_ index: Int, all: Bool) {
        var deployment = deployments[index]
        guard deployment.scheduled > 0 else { return }
        switch fate(deployment.revision) {
        case .good, .bad, .silent:
            deployment.ready = all ? deployment.scheduled : min(deployment.scheduled, deployment.ready + 1)
            if deployment.trouble?.isPermanent ?? false { deployment.trouble = nil }
        case .noImage: deployment.trouble = PodHindrance(reason: "ImagePullFailed", message: "", isPermanent: true)
        case .stuck: break
        case .crashes:
            // Ready once, and then never again.
            let isSecond = deployment.trouble != nil || deployment.ready > 0
            deployment.ready = isSecond ? 0 : deployment.scheduled
            if isSecond {
                deployment.trouble = PodHindrance(reason: "CrashLoopBackOff", message: "", isPermanent: true)
            }
        }
        change(index, deployment)
    }

    mutating func end(_ index: Int) {
        var deployment = deployments[index]
        deployment.pods -= hidden[index].ending
        hidden[index].ending = 0
        change(index, deployment)
    }

    /// Pods fall: a node dies, or a container does.
    mutating func fail(_ index: Int, all: Bool) {
        var deployment = deployments[index]
        deployment.ready = all ? 0 : max(0, deployment.ready - 1)
        change(index, deployment)
    }

    private mutating func change(_ index: Int, _ deployment: RevisionDeployment) {
        guard deployment != deployments[index] else { return }
        deployments[index] = deployment
        deployments[index].resourceVersion = nextVersion()
    }

    // MARK: Clients

    /// Requests begin on what is selected, and for a moment after a switch on what was.
    mutating func traffic() {
        for index in deployments.indices where deployments[index].ready > 0 {
            let isSelected = service?.selection.includes(deployments[index].revision) ?? false
            let isStillRouted =
                hidden[index].deselectedAt.map {
                    now < $0 + .seconds(scenario.policy.endpointSpreadSeconds)
                } ?? false
            if isSelected || isStillRouted { hidden[index].flight += 1 }
        }
    }

    /// The operator counts once clients' routes have had their time since it saw the switch.
    mutating func count(_ index: Int, known: Bool) {
        let spread = Duration.seconds(scenario.policy.endpointSpreadSeconds)
        let isSpread = hidden[index].deselectedAt.map { now >= $0 + spread } ?? true
        deployments[index].inFlight =
            known && isSpread ? InFlightCount(requests: hidden[index].flight, observedAt: now) : nil
    }

    /// The Service selects something else: who is reached and who is not.
    private mutating func select(_ selection: Selection) {
        for index in deployments.indices {
            let isSelected = selection.includes(deployments[index].revision)
            let wasSelected = service?.selection.includes(deployments[index].revision) ?? false
            if isSelected {
                hidden[index].wasSelected = true
                hidden[index].deselectedAt = nil
            } else if wasSelected {
                hidden[index].deselectedAt = now
                hidden[index].drainsFrom = now
            }
        }
    }

    // MARK: Writes of the operator

    /// Carries out a write as an API server does; false for a conflict.
    mutating func apply(_ action: MigrationAction) -> Bool {
        switch action {
        case .createDeployment(let revision, let replicas, let claim):
            return create(revision, replicas, claim)
        case .scale(let write):
            guard let index = index(write.revision), deployments[index].uid == write.uid,
                deployments[index].resourceVersion == write.resourceVersion
            else { return false }
            deployments[index].replicas = write.replicas
            deployments[index].claim = write.claim
            deployments[index].resourceVersion = nextVersion()
            return true
        case .writeLive(let write): return writeLive(write)
        case .deleteDeployment(let revision, let uid, let resourceVersion):
            guard let index = index(revision), deployments[index].uid == uid,
                deployments[index].resourceVersion == resourceVersion
            else { return false }
            remove(index)
            return true
        case .deleteRevision(let revision, let uid, let resourceVersion):
            guard
                let index = revisions.firstIndex(where: {
                    $0.name == revision && $0.uid == uid && $0.resourceVersion == resourceVersion
                })
            else { return false }
            revisions.remove(at: index)
            return true
        }
    }

    private mutating func create(_ revision: String, _ replicas: Int, _ claim: Int64) -> Bool {
        guard index(revision) == nil, let known = revisions.first(where: { $0.name == revision }) else { return false }
        var deployment = RevisionDeployment(
            revision: revision, uid: "d\(version)", resourceVersion: nextVersion(), replicas: replicas,
            gpusPerReplica: known.gpusPerReplica)
        deployment.claim = claim
        deployments.append(deployment)
        var new = HiddenDeployment()
        new.wasSelected = service?.selection.includes(revision) ?? false
        new.isMeddledWith = new.wasSelected && service?.record?.selection.includes(revision) != true
        hidden.append(new)
        return true
    }

    private mutating func writeLive(_ write: LiveWrite) -> Bool {
        switch write.precondition {
        case .absent: guard service == nil else { return false }
        case .version(let uid, let resourceVersion):
            guard let service, service.uid == uid, service.resourceVersion == resourceVersion else { return false }
        }
        replaceService(
            LiveService(
                uid: service?.uid ?? "s\(version)", resourceVersion: "", selection: write.selection,
                record: write.record))
        return true
    }

    mutating func replaceService(_ new: LiveService?) {
        select(new?.selection ?? .none)
        var new = new
        new?.resourceVersion = nextVersion()
        service = new
    }

    /// Somebody else edits `spec.replicas`.
    mutating func edit(_ index: Int, replicas: Int) {
        deployments[index].replicas = replicas
        deployments[index].resourceVersion = nextVersion()
    }

    /// Somebody else changed what is selected.
    mutating func meddle() {
        for index in hidden.indices { hidden[index].isMeddledWith = true }
    }

    /// The status is written after the fact.
    mutating func remember(_ record: MigrationRecord) {
        remembered.active = record.active
        remembered.rejected = record.rejected
        remembered.operation = record.operation?.id
    }

    /// The latest selection was decided on at this time.
    mutating func decided(at time: Timestamp) {
        for index in hidden.indices where hidden[index].drainsFrom == now { hidden[index].drainsFrom = time }
    }

    mutating func remove(_ index: Int) {
        deployments.remove(at: index)
        hidden.remove(at: index)
    }
}
