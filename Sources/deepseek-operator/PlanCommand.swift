import DeepSeekAPI
import FoundationEssentials
import KubeClient
import KubeCore
import Operator
import Telemetry
import YAML

/// `plan -f FILE`: what the operator would do about a changed resource.
struct PlanCommand {
    private let file: String
    /// What is left for the other flags, such as --kubeconfig.
    let arguments: [String]

    /// Errors: `UsageError` without a file.
    init(_ arguments: [String]) throws(UsageError) {
        var rest: [String] = []
        var file: String?
        var iterator = arguments.makeIterator()
        while let argument = iterator.next() {
            switch argument {
            case "-f", "--filename": file = iterator.next()
            case let joined where joined.hasPrefix("--filename="): file = String(joined.dropFirst(11))
            default: rest.append(argument)
            }
        }
        guard let file, !file.isEmpty else { throw UsageError("plan needs -f FILE, a DeepSeekCluster in YAML or JSON") }
        self.file = file
        self.arguments = rest
    }

    func run(_ client: KubeClient, namespace: String, policy: AdministratorPolicy) async throws {
        let text: String
        do {
            text = try String(contentsOfFile: file, encoding: .utf8)
        } catch {
            throw UsageError("-f: \(file) cannot be read: \(error)")
        }
        let value = try YAML.parse(text)
        guard value["kind"]?.stringValue == DeepSeekCluster.resourceType.kind else {
            throw UsageError("-f: \(file) must hold one DeepSeekCluster")
        }
        var cluster: DeepSeekCluster = try value.decoded()
        cluster.metadata.namespace = cluster.metadata.namespace ?? namespace
        let now = Timestamp(nanoseconds: Logger.systemTime())
        let forecast = try await PlannedChange(client: client, policy: policy).forecast(cluster, now: now)
        print(forecast.text, terminator: "")
    }
}
