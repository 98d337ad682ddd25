import CBuildInfo
import DeepSeekAPI
import FoundationEssentials
import Glibc
import HTTPTransport
import KubeClient
import KubeCore
import Operator
import Telemetry
import YAML

@main
enum OperatorCommand {
    static func main() async {
        // Before any thread is made, so that every thread inherits the mask and only the waiting one gets the signals.
        ShutdownSignal.handle()
        do {
            try await run(Array(CommandLine.arguments.dropFirst()))
        } catch let error as UsageError {
            printError("deepseek-operator: \(error)")
            exit(2)
        } catch {
            printError("deepseek-operator: \(error)")
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) async throws {
        let command = arguments.first.flatMap { $0.hasPrefix("-") ? nil : $0 }
        let rest = command == nil ? arguments : Array(arguments.dropFirst())
        guard
            ["run", "explain", "plan", "simulate", "print-crds", "install-crds", "version", "help", nil].contains(
                command)
        else {
            throw UsageError("unknown command '\(command ?? "")'; --help lists the commands")
        }
        if command == "explain" { return try await explain(rest) }
        if command == "plan" { return try await plan(rest) }
        if command == "simulate" { return try await simulate(rest) }
        let options = try OperatorOptions(arguments: rest, environment: ProcessInfo.processInfo.environment)
        if options.showsHelp || command == "help" { return print(help) }
        if options.showsVersion || command == "version" { return print(version) }
        switch command {
        case "print-crds": print(YAML.write(CustomResourceDefinition.deepSeekCluster), terminator: "")
        case "install-crds": try await withClient(options) { try await CRDInstaller(client: $0).install() }
        default: try await serve(options)
        }
    }

    /// Tells what a changed resource would lead to.
    private static func plan(_ arguments: [String]) async throws {
        if arguments.contains("--help") { return print(help) }
        let command = try PlanCommand(arguments)
        let options = try OperatorOptions(
            arguments: command.arguments, environment: ProcessInfo.processInfo.environment)
        let namespace = try configuration(options).defaultNamespace
        try await withClient(options) { try await command.run($0, namespace: namespace, policy: options.policy) }
    }

    /// Runs the operator until a signal ends it.
    private static func serve(_ options: OperatorOptions) async throws {
        let transport = CurlTransport()
        defer { transport.shutDown() }
        let log = Logger(level: options.logLevel, format: options.logFormat)
        let environment = DeepSeekOperator.Environment(
            configuration: try configuration(options), transport: transport, log: log, identity: identity)
        let service = Task { try await DeepSeekOperator(options, environment: environment).run() }
        ShutdownSignal.wait { signal in
            log.info("received a signal", ["signal": signal])
            service.cancel()
        }
        do {
            try await service.value
        } catch is CancellationError {
            log.info("stopped")
        }
    }

    /// Prints the last decisions of one cluster, with the rights of whoever asks.
    private static func explain(_ arguments: [String]) async throws {
        let options = try OperatorOptions(
            arguments: arguments.dropFirst(arguments.first?.hasPrefix("-") == false ? 1 : 0),
            environment: ProcessInfo.processInfo.environment)
        if options.showsHelp { return print(help) }
        let parts = (arguments.first ?? "").split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.last, parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && !$0.hasPrefix("-") }) else {
            throw UsageError("explain needs a cluster: explain NAMESPACE/NAME [FLAGS]")
        }
        try await withClient(options) { client in
            let namespace = parts.count == 2 ? parts[0] : client.configuration.defaultNamespace
            print(try await ClusterExplainer(client: client).explain(namespace: namespace, name: name), terminator: "")
        }
    }

    static func withClient(
        _ options: OperatorOptions, _ body: (KubeClient) async throws -> Void
    ) async throws {
        let transport = CurlTransport()
        defer { transport.shutDown() }
        try await body(KubeClient(configuration: try configuration(options), transport: transport))
    }

    private static func configuration(_ options: OperatorOptions) throws -> ClientConfiguration {
        var configuration = try ClientConfiguration.load(kubeconfig: options.kubeconfig, context: options.context)
        configuration.userAgent = "deepseek-operator/\(String(cString: deepseek_build_version()))"
        return configuration
    }

    /// The pod's name where there is one, and something random, since a container may be restarted within its pod.
    private static var identity: String {
        let host = ProcessInfo.processInfo.environment["POD_NAME"] ?? ProcessInfo.processInfo.hostName
        return "\(host)_\(UUID().uuidString.lowercased())"
    }

    private static var version: String {
        "deepseek-operator \(String(cString: deepseek_build_version())) (\(String(cString: deepseek_build_commit())))"
    }

    private static var help: String {
        """
        deepseek-operator serves DeepSeek models on Kubernetes: it carries out DeepSeekCluster resources.

        Usage: deepseek-operator [COMMAND] [FLAGS]

        Commands:
          run            Run the operator. The default.
          explain        Print the last decisions of a cluster's autoscaler, stage by stage: explain NAMESPACE/NAME.
          plan -f FILE   Tell what a changed DeepSeekCluster would lead to, step by step, and its peak of GPUs.
          simulate       See what settings would have done with a trace: simulate TRACE.csv [FLAGS]; simulate --help.
          install-crds   Install or upgrade the CustomResourceDefinition, and wait until it is served.
          print-crds     Print the CustomResourceDefinition as YAML.
          version        Print the version and the commit it was built from.

        Flags:
        \(OperatorOptions.help)
        """
    }

    static func printError(_ text: String) {
        FileDescriptorSink(2).write(Array((text + "\n").utf8))
    }
}
