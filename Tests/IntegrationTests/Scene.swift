import Base
import DeepSeekAPI
import HTTPTransport
import KubeClient
import KubeCore
import Operator
import Telemetry
import TestSupport

/// One test's stage: a namespace of its own, and operators that watch it.
struct Scene: Sendable {
    let cluster: TestCluster
    let namespace: String

    var client: KubeClient { cluster.client }
    var clusters: Api<DeepSeekCluster> { Api(client, namespace: namespace) }
    var deployments: Api<Deployment> { Api(client, namespace: namespace) }

    private static let installation = Installation()

    /// - Parameter hasEngines: whether the pods answer.
    init(_ backend: Backend, _ name: String, hasEngines: Bool = false) async throws {
        cluster =
            hasEngines
            ? try await TestCluster.getWithEngines(backend) : try await TestCluster.get(backend)
        try await Self.installation.install(on: cluster)
        namespace = try await cluster.makeNamespace(name)
    }

    /// A stage on a cluster of the test's own.
    init(on cluster: TestCluster, _ name: String) async throws {
        self.cluster = cluster
        try await CRDInstaller(client: cluster.client).install()
        namespace = try await cluster.makeNamespace(name)
    }

    /// Installs the definition once a cluster.
    private actor Installation {
        private var tasks: [String: Task<Void, any Error>] = [:]

        func install(on cluster: TestCluster) async throws {
            let task = tasks[cluster.kubeconfig] ?? Task { try await CRDInstaller(client: cluster.client).install() }
            tasks[cluster.kubeconfig] = task
            try await task.value
        }
    }

    // MARK: Operator

    /// Who the operator says it is, so that its requests can be told from the test's own.
    static let operatorAgent = "operator-under-test"

    /// Runs an operator for as long as `body` does.
    func withOperator<Result: Sendable>(
        _ change: (inout OperatorOptions) -> Void = { _ in }, render: ClusterPlanner.Renderer? = nil,
        transport: (any Transport)? = nil, log: Logger = Logger(level: .error),
        _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        var options = OperatorOptions()
        options.namespaces = [namespace]
        options.metricsAddress = nil
        options.probeAddress = nil
        options.gracePeriod = .seconds(2)
        change(&options)
        var configuration = cluster.configuration
        configuration.userAgent = Self.operatorAgent
        let environment = DeepSeekOperator.Environment(
            configuration: configuration, transport: transport ?? cluster.transport, log: log,
            identity: "test-\(UInt32.random(in: 0 ... .max))", render: render)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { [options] in
                do {
                    try await DeepSeekOperator(options, environment: environment).run()
                } catch is CancellationError {}
                return nil
            }
            group.addTask { try await body() }
            guard let result = try await group.next(), let result else {
                throw ControlPlaneError("the operator ended by itself")
            }
            group.cancelAll()
            while try await group.next() != nil {}
            return result
        }
    }

    // MARK: kubectl

    @discardableResult
    func kubectl(_ arguments: String..., input: String = "") async throws -> String {
        let result = try await run(
            "kubectl", ["--kubeconfig", cluster.kubeconfig, "--namespace", namespace] + arguments, input: input,
            timeout: .seconds(90))
        guard result.isSuccess else {
            throw ControlPlaneError("kubectl \(arguments.joined(separator: " ")): \(result.errors)\(result.output)")
        }
        return result.output
    }

    /// Applies a cluster of the given spec, in YAML. A server before 1.25 makes kubectl want to validate by itself.
    func apply(_ spec: String, name: String = "r1") async throws {
        let indented = spec.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
        let text = """
            apiVersion: serving.deepseek.io/v1alpha1
            kind: DeepSeekCluster
            metadata: {name: \(name)}
            spec:
            \(indented.joined(separator: "\n"))
            """
        try await kubectl("apply", "-f", "-", input: text)
    }

    // MARK: Waiting

    func status(_ name: String = "r1") async throws -> DeepSeekClusterStatus {
        try await clusters.get(name).status ?? DeepSeekClusterStatus()
    }

    /// Waits until a cluster's status fits, and shows it when it never does.
    @discardableResult
    func wait(
        for what: String, of name: String = "r1", within limit: Duration = .seconds(60),
        _ fits: @Sendable (DeepSeekClusterStatus) -> Bool
    ) async throws -> DeepSeekClusterStatus {
        let last = Lock(DeepSeekClusterStatus())
        do {
            try await eventually(what, within: limit) {
                let status = try await status(name)
                last.withLock { $0 = status }
                return fits(status)
            }
        } catch let error as NotInTime {
            let text = try JSONValue(encoding: last.withLock { $0 }).jsonText
            throw NotInTime(description: "\(error.description); status: \(text)")
        }
        return last.withLock { $0 }
    }

    func waitUntilReady(_ name: String = "r1", replicas: Int) async throws {
        try await wait(for: "\(replicas) ready replicas", of: name) { status in
            status.conditions?[type: "Ready"]?.status == .true && status.readyReplicas == replicas
        }
    }

    /// Kind, name and resource version of everything that carries our labels, but pods.
    func fingerprint() async throws -> [String] {
        var result: [String] = []
        for type in [
            Deployment.resourceType, Service.resourceType, ControllerRevision.resourceType,
            ServiceAccount.resourceType,
        ] {
            let api = Api<Metadata>(client, type, namespace: namespace)
            let list = try await api.list(ListOptions(labelSelector: "app.kubernetes.io/managed-by=deepseek-operator"))
            result += list.items.map {
                "\(type.kind) \($0.metadata.name) \($0.metadata.uid ?? "") \($0.metadata.resourceVersion ?? "")"
            }
        }
        return result.sorted()
    }

    struct Metadata: Decodable, Sendable {
        var metadata: ObjectMeta
    }
}

/// The spec that ten lines hold.
let minimalSpec = """
    model:
      name: deepseek-r1
      source: {pvc: {claimName: models}}
    engine: {type: vllm, image: "vllm/vllm-openai:v0.33.0"}
    """
