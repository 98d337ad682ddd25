internal import Base
internal import DeepSeekAPI
internal import HTTPServer
public import HTTPTransport
public import KubeClient
public import KubeCore
internal import KubeRuntime
internal import MetricSources
public import Telemetry

/// The operator of one process: everything that `run` starts and ends.
public struct DeepSeekOperator: Sendable {
    /// What it runs with; tests and the demo replace parts of it.
    public struct Environment: Sendable {
        public var configuration: ClientConfiguration
        public var transport: any Transport
        public var log: Logger
        public var registry: MetricsRegistry
        /// Who this is among the candidates for leadership: unique to the process.
        public var identity: String
        /// Wall-clock time.
        public var now: @Sendable () -> Timestamp
        /// Renders the templates of new revisions.
        public var render: ClusterPlanner.Renderer?

        public init(
            configuration: ClientConfiguration, transport: any Transport, log: Logger = Logger(),
            registry: MetricsRegistry = MetricsRegistry(), identity: String,
            now: @escaping @Sendable () -> Timestamp = { Timestamp(nanoseconds: Logger.systemTime()) },
            render: ClusterPlanner.Renderer? = nil
        ) {
            self.configuration = configuration
            self.transport = transport
            self.log = log
            self.registry = registry
            self.identity = identity
            self.now = now
            self.render = render
        }
    }

    private let options: OperatorOptions
    private let environment: Environment

    public init(_ options: OperatorOptions, environment: Environment) {
        self.options = options
        self.environment = environment
    }

    /// Runs until the task is cancelled, and shuts down within the grace period then.
    ///
    /// - Throws: what keeps it from starting, each naming what would be right, or the loss of leadership: the process
    ///   should exit and be started again.
    public func run() async throws {
        let elector = try makeElector()
        let transport: any Transport =
            elector.map { FencedTransport(environment.transport, fence: $0.fence) } ?? environment.transport
        let client = client(over: transport)
        let offered = OfferedTypes(try await discover(client))
        offered.tell(environment.log)
        let manager = Manager(elector: elector, log: environment.log)
        // Past the fence: what happened is told although leadership was lost since.
        let recorder = EventRecorder(
            client: self.client(over: environment.transport), component: "deepseek-operator",
            instance: environment.identity, log: environment.log, registry: environment.registry)
        manager.add("events") { try await recorder.run() }
        manager.add("memory") { try await MemoryRelease.run() }
        let log = environment.log.named("events")
        let readings = ReadingCollector(
            client: client, transport: environment.transport,
            reader: MetricReader(clock: MonotonicClock(), patience: .seconds(2)),
            credentials: MetricCredentials(client: client, allowedHosts: options.policy.metricCredentialHosts))
        let journal = DecisionJournal()
        let nodes = options.readsNodes ? nodeReflector(client) : nil
        if let nodes { manager.add(nodes) }
        let scopes = scopes(client, offered, readings, nodes, journal) { note, cluster in
            log.info(note.message, ["cluster": cluster.namespacedName.description, "reason": note.reason])
            recorder.record(
                note.isWarning ? .warning : .normal, reason: note.reason, action: note.action, note: note.message,
                regarding: cluster)
        }
        for scope in scopes {
            scope.caches.add(to: manager)
            for controller in scope.controllers { manager.add(controller) }
        }
        let isReady: @Sendable () -> Bool = { scopes.allSatisfy(\.caches.isSynchronized) }
        try addServers(to: manager, journal, isReady: isReady)
        let metrics = DefinedMetrics(
            clusters: { namespace in scopes.flatMap { $0.caches.clusters(inNamespace: namespace) } },
            policy: options.policy, readings: readings, now: environment.now)
        addExternalMetrics(to: manager, client, metrics, isReady: isReady)
        environment.log.info(
            "starting",
            [
                "server": environment.configuration.server,
                "namespaces": options.namespaces.isEmpty ? "all" : options.namespaces.joined(separator: ","),
            ])
        try await manager.run()
    }

    // MARK: Parts

    /// What the server offers. A connection that breaks is tried again for some seconds, since an operator often starts
    /// together with its control plane; a server that stays away ends the process, and whoever started it sees why.
    private func discover(_ client: KubeClient) async throws -> [APIGroup] {
        let backoff = Backoff(initial: .milliseconds(200), maximum: .seconds(2))
        var attempt = 0
        while true {
            do throws(KubeError) {
                return try await client.apiGroups()
            } catch {
                guard error.isTransient, attempt < 5 else { throw error }
                environment.log.warning("the API's groups cannot be read yet", error: error)
                var random = SystemRandomNumberGenerator()
                try await MonotonicClock().sleep(for: backoff.delay(attempt: attempt, using: &random))
                attempt += 1
            }
        }
    }

    private func client(over transport: any Transport) -> KubeClient {
        let requests = environment.registry.counter(.restClientRequestsTotal)
        return KubeClient(configuration: environment.configuration, transport: transport) { record in
            requests.increment([record.codeLabel, record.method, record.host])
        }
    }

    private func makeElector() throws -> LeaderElector? {
        let election = options.leaderElection
        guard election.isEnabled else { return nil }
        let key = NamespacedName(
            namespace: election.namespace ?? environment.configuration.defaultNamespace, name: election.name)
        return LeaderElector(
            identity: environment.identity,
            configuration: try LeaderElectionConfiguration(
                leaseDuration: election.leaseDuration, renewDeadline: election.renewDeadline,
                retryPeriod: election.retryPeriod),
            storage: ApiLeaseStorage(client: client(over: environment.transport), lease: key), log: environment.log,
            registry: environment.registry)
    }

    private func scopes(
        _ client: KubeClient, _ offered: OfferedTypes, _ readings: ReadingCollector, _ nodes: Reflector<Node>?,
        _ journal: DecisionJournal,
        record: @escaping Announcer.Record
    ) -> [ScopeComponents] {
        let autoscalers = AutoscalerSupport(
            resourceType: offered.autoscaler, servesPrometheusMetrics: options.externalMetrics.address != nil)
        let planner =
            if let render = environment.render {
                ClusterPlanner(
                    policy: options.policy, disruptionBudgetType: offered.disruptionBudget, autoscalers: autoscalers,
                    render: render)
            } else {
                ClusterPlanner(
                    policy: options.policy, disruptionBudgetType: offered.disruptionBudget, autoscalers: autoscalers)
            }
        let shared = ScopeComponents.Shared(
            client: client, options: options, planner: planner, disruptionBudgetType: offered.disruptionBudget,
            autoscalerType: offered.autoscaler, readings: readings, nodes: nodes, journal: journal, record: record,
            log: environment.log, registry: environment.registry, now: environment.now)
        let namespaces: [String?] = options.namespaces.isEmpty ? [nil] : options.namespaces
        return namespaces.map { ScopeComponents(namespace: $0, shared: shared) }
    }

    private func addExternalMetrics(
        to manager: Manager, _ client: KubeClient, _ metrics: DefinedMetrics, isReady: @escaping @Sendable () -> Bool
    ) {
        guard let address = options.externalMetrics.address, let certificate = options.externalMetrics.certificateFile,
            let key = options.externalMetrics.privateKeyFile
        else { return }
        let server = ExternalMetricsServer(
            address: address, certificateFile: certificate, privateKeyFile: key, client: client, metrics: metrics,
            isReady: isReady, log: environment.log.named("external-metrics"))
        manager.add("external metrics server") { try await server.run() }
    }

    private func nodeReflector(_ client: KubeClient) -> Reflector<Node> {
        Reflector(
            source: ApiSource(Api<Node>(client)), configuration: .optional, log: environment.log,
            registry: environment.registry)
    }

    private func addServers(
        to manager: Manager, _ journal: DecisionJournal, isReady: @escaping @Sendable () -> Bool
    ) throws {
        if let address = options.metricsAddress {
            let server = try HTTPServer(
                .init(host: address.host, port: address.port),
                handler: OperatorServer.metrics(environment.registry, decisions: journal))
            manager.add("metrics server") { try await server.run() }
        }
        if let address = options.probeAddress {
            let server = try HTTPServer(
                .init(host: address.host, port: address.port), handler: OperatorServer.probes(isReady: isReady))
            manager.add("probe server") { try await server.run() }
        }
    }
}

extension RequestRecord {
    /// The status as client-go's metric has it: `<error>` without an answer.
    fileprivate var codeLabel: String {
        switch outcome {
        case .status(let status): String(status)
        case .failure: "<error>"
        }
    }
}
