internal import Base
public import ClusterSimulator
internal import FoundationEssentials
internal import Glibc
public import HTTPTransport
public import KubeClient
internal import KubeCore
internal import PodModel
internal import SimulatedNodes

/// What the integration suite runs on.
public enum Backend: String, Sendable, CaseIterable {
    /// `ClusterSimulator`, over HTTP.
    case simulator
    /// etcd, kube-apiserver and kube-controller-manager from `KUBEBUILDER_ASSETS`.
    case real

    /// The simulator always; the real one where it is, and in CI in any case, where to be without it is a failure.
    public static var available: [Backend] {
        RealControlPlane.assets != nil || ProcessInfo.processInfo.environment["CI"] != nil
            ? [.simulator, .real] : [.simulator]
    }
}

/// A control plane with simulated nodes that a whole test process shares. Tests keep to namespaces of their own.
public final class TestCluster: Sendable {
    public let backend: Backend
    public let kubeconfig: String
    public let configuration: ClientConfiguration
    public let transport: CurlTransport
    public let client: KubeClient
    /// The simulator's in-memory side; nil on a real server.
    public let simulator: SimulatedAPIServer?
    public let real: RealControlPlane?
    /// What answers in the pods; nil where they are on paper only.
    public let engines: EngineFleet?
    private let folder: TemporaryFolder
    private let tasks: [Task<Void, any Error>]

    private static let shared = SharedClusters()

    /// The cluster of a backend, started when it is first asked for.
    public static func get(_ backend: Backend) async throws -> TestCluster { try await shared.get(backend) }

    /// The same with engines in its pods, on addresses of loopback. A real endpoints controller refuses those, so that
    /// Services have no endpoints there.
    public static func getWithEngines(_ backend: Backend) async throws -> TestCluster {
        try await shared.getWithEngines(backend)
    }

    /// How simulated pods behave: quick, so that tests are.
    static let behavior = BehaviorRules(
        default: PodBehavior(
            pullTime: .milliseconds(50), loadTime: .milliseconds(500), preStopTime: .milliseconds(50),
            drainTime: .milliseconds(100)),
        images: [
            .init(imagePart: "broken", behavior: PodBehavior(imageIsBroken: true)),
            .init(imagePart: "slow", behavior: PodBehavior(loadTime: .seconds(3600))),
        ])

    /// Loading takes as long as engines need to be put behind their addresses on a busy machine.
    private static var slowBehavior: BehaviorRules {
        var rules = behavior
        rules.default.loadTime = .seconds(2)
        return rules
    }

    /// A control plane of one's own, for a test that watches all namespaces, or breaks things. Stop it at the end.
    public static func start(_ backend: Backend) async throws -> TestCluster {
        try await TestCluster(backend, hasEngines: false)
    }

    /// Ends what `start` started.
    public func stop() async throws {
        for task in tasks { task.cancel() }
        try await real?.stop()
    }

    fileprivate init(_ backend: Backend, hasEngines: Bool) async throws {
        self.backend = backend
        folder = try TemporaryFolder()
        transport = CurlTransport()
        var tasks: [Task<Void, any Error>] = []
        switch backend {
        case .simulator:
            let cluster = SimulatedCluster(.init(now: { Timestamp(nanoseconds: systemTime()) }))
            var options = SimulatedAPIServer.Configuration()
            options.users = ["admin-token": UserInfo(name: "admin")]
            let server = try SimulatedAPIServer(cluster, options)
            simulator = server
            real = nil
            kubeconfig = try folder.write("kubeconfig", server.kubeconfig(token: "admin-token"))
            tasks.append(Task { try await server.run() })
            let controllers = SimulatedControllers(
                store: cluster, configuration: .init(rules: Self.behavior, runsScheduler: false, runsKubelets: false))
            tasks.append(Task { try await controllers.run() })
        case .real:
            guard let assets = RealControlPlane.assets else {
                throw ControlPlaneError("KUBEBUILDER_ASSETS must name the folder of the control plane")
            }
            let plane = try await RealControlPlane(assets: assets)
            simulator = nil
            real = plane
            kubeconfig = plane.kubeconfig
        }
        configuration = try ClientConfiguration.load(kubeconfig: kubeconfig)
        client = KubeClient(configuration: configuration, transport: transport)
        let engines = hasEngines ? EngineFleet(client: client) : nil
        self.engines = engines
        if let engines { tasks.append(Task { try await engines.run() }) }
        let nodes = SimulatedNodes(
            client: client, nodes: (1...4).map { SimulatedNode(name: "gpu-\($0)", gpus: 64) },
            behavior: hasEngines ? Self.slowBehavior : Self.behavior,
            network: hasEngines ? Self.loopback(backend) : .standard,
            requestsInFlight: { engines?.requestsInFlight(ofPod: $0) }, now: { Timestamp(nanoseconds: systemTime()) },
            log: { print("simulated nodes: \($0)") })
        tasks.append(Task { try await nodes.run() })
        self.tasks = tasks
    }

    /// A network that no other cluster of this process uses, nor, most likely, of another one.
    private static func loopback(_ backend: Backend) -> PodNetwork {
        .loopback(second: UInt8(16 + getpid() % 110 * 2 + (backend == .real ? 1 : 0)))
    }

    /// A new namespace. A real server admits pods once its default service account is there.
    public func makeNamespace(_ prefix: String) async throws -> String {
        let type = ResourceType(group: "", version: "v1", kind: "Namespace", plural: "namespaces", isNamespaced: false)
        let name = "\(prefix)-\(UInt32.random(in: 0 ... .max))"
        _ = try await Api<JSONValue>(client, type).create(JSONValue.object(["metadata": ["name": .string(name)]]))
        guard backend == .real else { return name }
        let accounts = Api<ServiceAccount>(client, namespace: name)
        try await eventually("service account default in \(name)") {
            try await accounts.getIfExists("default") != nil
        }
        return name
    }

    /// Runs kubectl with this cluster's kubeconfig.
    public func kubectl(_ arguments: String..., input: String = "", timeout: Duration = .seconds(60)) async throws
        -> CommandResult
    {
        try await run(
            "kubectl", ["--kubeconfig", kubeconfig] + arguments, input: input, timeout: timeout)
    }
}

private func systemTime() -> Int64 { Int64(Date().timeIntervalSince1970 * 1e9) }

/// The clusters of the process. Concurrent askers wait for one start.
private actor SharedClusters {
    private var clusters: [Backend: Task<TestCluster, any Error>] = [:]
    private var clustersWithEngines: [Backend: Task<TestCluster, any Error>] = [:]

    func get(_ backend: Backend) async throws -> TestCluster {
        let task = clusters[backend] ?? Task { try await TestCluster(backend, hasEngines: false) }
        clusters[backend] = task
        return try await task.value
    }

    func getWithEngines(_ backend: Backend) async throws -> TestCluster {
        let task = clustersWithEngines[backend] ?? Task { try await TestCluster(backend, hasEngines: true) }
        clustersWithEngines[backend] = task
        return try await task.value
    }
}

/// What did not come about in time.
public struct NotInTime: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) { self.description = description }
}

/// Waits for something that other processes bring about, which no clock of ours can hasten.
public func eventually(
    _ what: String, within limit: Duration = .seconds(60), _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NotInTime(description: "not within \(limit): \(what)") }
        try await Task.sleep(for: .milliseconds(50))
    }
}
