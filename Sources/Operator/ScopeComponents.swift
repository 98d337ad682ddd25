internal import Base
internal import DeepSeekAPI
internal import KubeClient
internal import KubeCore
internal import KubeRuntime
internal import MetricSources
internal import Telemetry

/// Caches and controllers for one namespace, or for all.
struct ScopeComponents: Sendable {
    let caches: ClusterCaches
    let controllers: [Controller]

    /// What all scopes of a process share.
    struct Shared: Sendable {
        var client: KubeClient
        var options: OperatorOptions
        var planner: ClusterPlanner
        var disruptionBudgetType: ResourceType
        /// Nil where the server has neither v2 nor v2beta2.
        var autoscalerType: ResourceType?
        var readings: ReadingCollector
        var nodes: Reflector<Node>?
        var journal: DecisionJournal
        var record: Announcer.Record
        var log: Logger
        var registry: MetricsRegistry
        var now: @Sendable () -> Timestamp
    }

    /// - Parameter namespace: nil for all.
    init(namespace: String?, shared: Shared) {
        let caches = ClusterCaches(namespace: namespace, shared: shared)
        let reports = ScalingReports()
        let announcer = Announcer(record: shared.record)
        let suffix = namespace.map { "-\($0)" } ?? ""
        let board = MigrationBoard()
        let metrics = MigrationMetrics(shared.registry)
        let helpers = Lock<[Controller]>([])
        let reconciler = ClusterReconciler(
            caches: caches, planner: shared.planner, fresh: FreshLook(client: shared.client),
            executor: ActionExecutor(client: shared.client, ledger: AppliedLedger()),
            scaleDown: ScaleDownPreparation(
                transport: shared.readings.transport, client: shared.client, log: shared.log.named("scale-down")),
            statuses: StatusWriter(client: shared.client), reports: reports, announcer: announcer,
            migrations: MigrationDesk(board: board, metrics: metrics) { cluster in
                for helper in helpers.withLock(\.self) { helper.enqueue(cluster) }
            }, now: shared.now)
        let main = Controller(
            "deepseekcluster\(suffix)", configuration: shared.controllerConfiguration(), log: shared.log,
            registry: shared.registry, reconciler: reconciler)
        let scaling = ScalingReconciler(
            caches: caches, specs: ScalingSpecs(policy: shared.options.policy), client: shared.client,
            readings: shared.readings, guards: GuardReader(transport: shared.readings.transport),
            capacity: CapacityView(
                quotas: caches.quotas.store, nodes: shared.nodes?.store, clusters: caches.clusters.store,
                pods: caches.pods.store),
            memory: ScalingMemory(), store: ScalingStore(client: shared.client), reports: reports,
            journal: shared.journal, announcer: announcer, metrics: ScalingMetrics(shared.registry),
            log: shared.log.named("autoscaling"),
            notify: { main.enqueue($0) }, now: shared.now)
        // A tick mostly waits for its metrics, so that many may wait side by side: a slow source holds up its own.
        let scaler = Controller(
            "autoscaling\(suffix)", configuration: shared.controllerConfiguration(concurrent: 256), log: shared.log,
            registry: shared.registry, reconciler: scaling)
        main.watch(caches.clusters)
        for watch in caches.owned(by: main) { watch() }
        scaler.watch(caches.clusters, when: .generationChanged)
        let migrators = shared.migrators(suffix, caches, board, metrics) { main.enqueue($0) }
        helpers.withLock { $0 = migrators }
        self.caches = caches
        controllers = [main, scaler] + migrators
    }
}

extension ScopeComponents.Shared {
    /// Those who run gates and count requests. They mostly wait for pods, so that many may wait side by side.
    fileprivate func migrators(
        _ suffix: String, _ caches: ClusterCaches, _ board: MigrationBoard, _ metrics: MigrationMetrics,
        notify: @escaping @Sendable (NamespacedName) -> Void
    ) -> [Controller] {
        let probe = PodProbe(readings.transport)
        let gates = GateReconciler(
            caches: caches, board: board, warmUp: WarmUpGate(WarmUp(readings.transport)),
            analysis: AnalysisGate(
                meter: AnalysisMeter(reader: readings.reader, probe: probe), transport: readings.transport,
                credentials: readings.credentials),
            notify: notify, count: { metrics.count($0) }, now: now)
        let drains = DrainReconciler(
            caches: caches, board: board, counter: InFlightCounter(probe: probe), notify: notify, now: now)
        return [
            Controller(
                "migration-gates\(suffix)", configuration: controllerConfiguration(concurrent: 256), log: log,
                registry: registry, reconciler: gates),
            Controller(
                "migration-drains\(suffix)", configuration: controllerConfiguration(concurrent: 64), log: log,
                registry: registry, reconciler: drains),
        ]
    }

    fileprivate func controllerConfiguration(concurrent: Int? = nil) -> ControllerConfiguration {
        ControllerConfiguration(
            maxConcurrentReconciles: concurrent ?? options.concurrentReconciles, gracePeriod: options.gracePeriod)
    }
}

extension ClusterCaches {
    init(namespace: String?, shared: ScopeComponents.Shared) {
        func reflector<Object: KubernetesObject>(
            _ type: ResourceType = Object.resourceType, selector: String? = Labels.managedSelector,
            indexes: [StoreIndex<Object>] = [ClusterCaches.byCluster()]
        ) -> Reflector<Object> {
            Reflector(
                source: ApiSource(Api<Object>(shared.client, type, namespace: namespace), labelSelector: selector),
                indexes: indexes, log: shared.log, registry: shared.registry)
        }
        clusters = reflector(selector: nil, indexes: [Self.byNamespace()])
        deployments = reflector()
        revisions = reflector()
        services = reflector()
        disruptionBudgets = reflector(shared.disruptionBudgetType)
        serviceAccounts = reflector()
        pods = reflector()
        autoscalers = shared.autoscalerType.map { reflector($0, indexes: []) }
        quotas = Reflector(
            source: ApiSource(Api<ResourceQuota>(shared.client, namespace: namespace)),
            indexes: [CapacityView.byNamespace], configuration: .optional, log: shared.log, registry: shared.registry)
    }

    /// Lets a controller hear of every object that carries our labels.
    fileprivate func owned(by controller: Controller) -> [() -> Void] {
        func watch<Object>(_ reflector: Reflector<Object>) -> () -> Void {
            { controller.watch(reflector) { Self.cluster(of: $0.metadata).map { [$0] } ?? [] } }
        }
        return [
            watch(deployments), watch(revisions), watch(services), watch(disruptionBudgets), watch(serviceAccounts),
            watch(pods),
        ] + [autoscalers.map(watch)].compactMap(\.self)
    }

    func add(to manager: Manager) {
        manager.add(clusters)
        manager.add(deployments)
        manager.add(revisions)
        manager.add(services)
        manager.add(disruptionBudgets)
        manager.add(serviceAccounts)
        manager.add(pods)
        if let autoscalers { manager.add(autoscalers) }
        manager.add(quotas)
    }

    /// Whether every cache holds a whole list.
    var isSynchronized: Bool {
        clusters.store.isSynchronized && deployments.store.isSynchronized && revisions.store.isSynchronized
            && services.store.isSynchronized && disruptionBudgets.store.isSynchronized
            && serviceAccounts.store.isSynchronized && pods.store.isSynchronized
            && autoscalers?.store.isSynchronized ?? true
    }
}

extension WatcherConfiguration {
    /// For what may be forbidden, so that asking and its failures are few.
    static var optional: WatcherConfiguration {
        var configuration = WatcherConfiguration()
        configuration.backoff.maximum = .seconds(300)
        return configuration
    }
}
