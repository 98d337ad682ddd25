internal import DeepSeekAPI
internal import KubeCore
internal import Migration

extension ObservedMigration {
    /// What the caches, or a fresh look, mean for the migration.
    init(_ situation: Situation, now: Timestamp) {
        let (world, cluster) = (situation.world, situation.cluster)
        let desired = situation.acceptance.inputs?.hash
        self.init(
            now: now, policy: MigrationPolicy(cluster.spec), wish: situation.replicas,
            desired: desired.flatMap { world.controllerRevision($0) == nil ? nil : $0 })
        isPaused = cluster.spec.resolvedPaused
        operation = cluster.spec.operation.map(MigrationOperation.init)
        service = LiveService(world)
        if cluster.spec.resolvedCapacity.resolvedQuota == .enforce {
            quotaRoom = world.quotaRoom(of: cluster.spec.resolvedPods.resolvedGPUResourceName)
        }
        // Without a limit nobody asks for GPUs, and the stored templates need not be parsed.
        let gpus =
            quotaRoom == nil
            ? [:]
            : Dictionary(world.revisions.map { ($0.metadata.name, $0.gpusPerReplica) }) { first, _ in first }
        revisions = world.revisions.compactMap { KnownRevision($0, world, gpus: gpus[$0.metadata.name] ?? 0) }
            .sorted { $0.name < $1.name }
        deployments = world.deployments.compactMap { RevisionDeployment($0, world, gpus: gpus[$0.metadata.name] ?? 0) }
            .sorted { $0.revision < $1.revision }
        gateResults = world.gateResults
        remembered = RememberedMigration(cluster.status)
    }
}

extension RememberedMigration {
    init(_ status: DeepSeekClusterStatus?) {
        self.init()
        active = status?.activeRevision
        operation = status?.operation?.id
        rejected = (status?.history ?? []).compactMap { entry in
            guard let rejection = entry.rejected, let at = rejection.at else { return nil }
            // A reason that an older operator wrote, or that somebody edited, still means that it was given up.
            return Rejection(
                revision: entry.revision, reason: Rejection.Reason(rawValue: rejection.reason) ?? .aborted, message: "",
                at: at)
        }
    }
}

extension LiveService {
    /// Nil without a Service of ours.
    init?(_ world: ObservedCluster) {
        guard let service = world.services[world.names.liveService], world.owns(service.metadata),
            let uid = service.metadata.uid, let version = service.metadata.resourceVersion
        else { return nil }
        // What cannot be read counts as lost: it is made anew from what serves.
        let record = service.metadata.annotations?[MigrationAnnotation.record].flatMap {
            try? MigrationRecord(annotation: $0)
        }
        self.init(
            uid: uid, resourceVersion: version,
            selection: Selection(service.spec?.selector ?? [:], cluster: world.cluster.metadata.name), record: record)
    }
}

extension Selection {
    /// Only exactly what the operator writes: one label more, and the Service selects nothing of ours.
    init(_ selector: [String: String], cluster: String) {
        if selector == [Labels.cluster: cluster] {
            self = .all
        } else if let revision = selector[Labels.revision],
            selector == Labels.selector(revision: revision, cluster: cluster)
        {
            self = .revision(revision)
        } else {
            self = .none
        }
    }

    /// Nil for a selector that is to be left out.
    func selector(cluster: String) -> [String: String]? {
        switch self {
        case .revision(let revision): Labels.selector(revision: revision, cluster: cluster)
        case .all: [Labels.cluster: cluster]
        case .none: nil
        }
    }
}

extension KnownRevision {
    /// Nil for one that is somebody else's, or on its way out.
    init?(_ revision: ControllerRevision, _ world: ObservedCluster, gpus: Int) {
        guard world.owns(revision.metadata), !revision.metadata.isBeingDeleted,
            let name = revision.metadata.labels?[Labels.revision], let uid = revision.metadata.uid,
            let version = revision.metadata.resourceVersion
        else { return nil }
        self.init(
            name: name, number: revision.revision, uid: uid, resourceVersion: version,
            gpusPerReplica: gpus)
    }
}

extension ControllerRevision {
    /// GPUs that one pod of the stored template asks for.
    var gpusPerReplica: Int {
        let data = data
        let resource = data?[path: "inputs", "pods", "gpuResourceName"]?.stringValue ?? "nvidia.com/gpu"
        let containers = data?[path: "template", "spec", "containers"]?.arrayValue ?? []
        return containers.reduce(0) { sum, container in
            let text = container[path: ["resources", "requests", resource]]
            let count = text?.stringValue.flatMap { Int($0) } ?? text?.intValue.flatMap { Int(exactly: $0) } ?? 0
            let (total, overflow) = sum.addingReportingOverflow(max(0, count))
            return overflow ? .max : total
        }
    }
}

extension RevisionDeployment {
    /// Nil for one that is somebody else's.
    init?(_ deployment: Deployment, _ world: ObservedCluster, gpus: Int) {
        let metadata = deployment.metadata
        guard world.owns(metadata), let revision = metadata.labels?[Labels.revision], let uid = metadata.uid,
            let version = metadata.resourceVersion
        else { return nil }
        self.init(
            revision: revision, uid: uid, resourceVersion: version, replicas: deployment.spec.replicas ?? 1,
            gpusPerReplica: gpus)
        isBeingDeleted = metadata.isBeingDeleted
        let members = world.pods(revision: revision)
        let status = deployment.status
        let isCurrent = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0)
        pods = max(members.count, status?.replicas ?? 0)
        ready = isCurrent ? status?.readyReplicas ?? 0 : 0
        scheduled = max(ready, members.count { $0.spec?.nodeName != nil && !$0.metadata.isBeingDeleted })
        claim = metadata.annotations?[MigrationAnnotation.claim].flatMap { Int64($0) } ?? 0
        trouble = (PodTrouble.worst(of: members) ?? PodTrouble(deployment)).map {
            PodHindrance(reason: $0.kind.rawValue, message: $0.message, isPermanent: !$0.kind.isCapacity)
        }
        inFlight = world.inFlight[revision]
    }
}

extension ObservedCluster {
    /// GPUs that the cluster's own pods take.
    private var gpusOfPods: Int {
        revisions.filter { owns($0.metadata) }.reduce(0) { sum, revision in
            let count = pods(revision: revision.metadata.labels?[Labels.revision] ?? "").count
            let (gpus, isTooMany) = count.multipliedReportingOverflow(by: revision.gpusPerReplica)
            let (total, overflow) = sum.addingReportingOverflow(gpus)
            return isTooMany || overflow ? .max / 1000 : total
        }
    }

    /// GPUs that the namespace's quotas still give, by what they have charged; nil where none limits them.
    ///
    /// Quotas with scopes are for some pods only, and are left to the API server.
    func quotaRoom(of gpuResource: String) -> Int? {
        let line = "requests.\(gpuResource)"
        return quotas.filter { ($0.spec?.scopes ?? []).isEmpty }.compactMap { quota -> Int? in
            guard let hard = (quota.status?.hard ?? quota.spec?.hard)?[line]?.milliValue else { return nil }
            // A quota that its controller has not seen: then the pods that we know are what is used.
            let used = quota.status?.used?[line]?.milliValue ?? 1000 * Int64(clamping: gpusOfPods)
            return Int((hard - min(hard, max(0, used))) / 1000)
        }.min()
    }
}
