import FoundationEssentials
import KubeClient
import KubeCore
import TestSupport
import YAML

/// The chart, rendered by Helm and applied to a real API server, and the operator's program with its service account.
final class Release: Sendable {
    let name: String
    let readsSecrets: Bool
    /// Where the DeepSeekClusters are.
    let scene: Scene
    let manifests: [JSONValue]
    private let namespace: String
    private let cluster: TestCluster
    private let folder: TemporaryFolder

    /// - Parameters:
    ///   - isNamespaced: rights in the scene's namespace only.
    ///   - readsSecrets: with the right to read Secrets. All else is the chart's defaults.
    init(_ cluster: TestCluster, name: String, isNamespaced: Bool, readsSecrets: Bool) async throws {
        self.cluster = cluster
        self.name = name
        self.readsSecrets = readsSecrets
        folder = try TemporaryFolder()
        namespace = try await cluster.makeNamespace("release-\(name)")
        scene = Scene(cluster, namespace: try await cluster.makeNamespace("served-\(name)"))
        let ports = try freePorts(2)
        var values = ["metrics.port=\(ports[0])", "health.port=\(ports[1])", "rbac.readSecrets=\(readsSecrets)"]
        if isNamespaced { values.append("watchNamespaces={\(scene.namespace)}") }
        if readsSecrets { values.append("policy.metricCredentialHosts={127.0.0.1}") }
        let rendered = try await run(
            "helm",
            [
                "template", name, "charts/deepseek-operator", "--namespace", namespace, "--set",
                values.joined(separator: ","),
            ])
        guard rendered.isSuccess else { throw ControlPlaneError("helm template: \(rendered.errors)") }
        manifests = try YAML.parseAll(rendered.output)
    }

    // MARK: Accounts

    var operatorAccount: String { "\(name)-deepseek-operator" }
    var hookAccount: String { "\(name)-deepseek-operator-crds" }

    func user(_ account: String) -> String { "system:serviceaccount:\(namespace):\(account)" }

    /// A token of the account, as of a TokenRequest.
    func token(of account: String) async throws -> String {
        let output = try await kubectl(["create", "token", account, "--namespace", namespace])
        return String(output.prefix { !$0.isNewline })
    }

    /// Applies accounts and rights, and waits until the server goes by them.
    func install() async throws {
        let kinds = ["ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]
        let list: JSONValue = [
            "apiVersion": "v1", "kind": "List",
            "items": .array(manifests.filter { kinds.contains($0["kind"]?.stringValue ?? "") }),
        ]
        _ = try await kubectl(["apply", "-f", "-"], input: list.jsonText)
        try await waitUntilAllowed(operatorAccount, "list", "pods", in: scene.namespace)
        try await waitUntilAllowed(operatorAccount, "create", "leases.coordination.k8s.io", in: namespace)
        try await waitUntilAllowed(
            hookAccount, "create", "customresourcedefinitions.apiextensions.k8s.io", in: namespace)
    }

    private func waitUntilAllowed(
        _ account: String, _ verb: String, _ resource: String, in namespace: String
    ) async throws {
        try await eventually("\(account) may \(verb) \(resource)") {
            let answer = try await cluster.kubectl(
                "auth", "can-i", verb, resource, "--as", user(account), "--namespace", namespace)
            return answer.output.hasPrefix("yes")
        }
    }

    private func kubectl(_ arguments: [String], input: String = "") async throws -> String {
        let result = try await run("kubectl", ["--kubeconfig", cluster.kubeconfig] + arguments, input: input)
        guard result.isSuccess else {
            throw ControlPlaneError("kubectl \(arguments.joined(separator: " ")): \(result.errors)")
        }
        return result.output
    }

    // MARK: Programs

    /// It is built next to the tests.
    private static func program() throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return tests.split(separator: "/").dropLast().reduce(into: "") { $0 += "/" + $1 } + "/deepseek-operator"
    }

    private func kubeconfig(token: String, of account: String) throws -> String {
        guard let real = cluster.real else { throw ControlPlaneError("only a real API server has RBAC") }
        return try real.kubeconfig(token: token, name: account)
    }

    /// Runs the hook's command under the hook's account.
    func installDefinition(token: String) async throws {
        let path = try kubeconfig(token: token, of: hookAccount)
        let result = try await run(try Self.program(), try arguments(of: "Job") + ["--kubeconfig", path])
        guard result.isSuccess else { throw ControlPlaneError("install-crds: \(result.errors)") }
    }

    /// Starts the operator with the flags of the chart's Deployment.
    func startOperator() async throws -> ServerProcess {
        let path = try kubeconfig(token: try await token(of: operatorAccount), of: operatorAccount)
        return try await ServerProcess.start(
            try Self.program(), try arguments(of: "Deployment") + ["--kubeconfig", path], log: logPath)
    }

    private func arguments(of kind: String) throws -> [String] {
        let pod = manifests.first { $0["kind"]?.stringValue == kind }?[path: "spec", "template", "spec"]
        guard let arguments = pod?["containers"]?[0]?["args"]?.arrayValue else {
            throw ControlPlaneError("the chart's \(kind) has no arguments")
        }
        return arguments.compactMap(\.stringValue)
    }

    private var logPath: String { folder.path("operator.log") }

    /// What the operator wrote, or why that cannot be read.
    var operatorLog: String {
        do { return try folder.read("operator.log.err") } catch { return "no log: \(error)" }
    }

    var auditLog: String {
        get throws {
            guard let real = cluster.real else { throw ControlPlaneError("only a real API server has an audit log") }
            return try real.folder.read("audit.log")
        }
    }
}

extension Scene {
    /// On a control plane of one's own, without our definition.
    init(_ cluster: TestCluster, namespace: String) {
        self.cluster = cluster
        self.namespace = namespace
    }
}
