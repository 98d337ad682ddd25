import Base
import ClusterSimulator
import DeepSeekAPI
import Glibc
import HTTPTransport
import KubeClient
import KubeCore
import Operator
import Telemetry

/// One run: all parts start together, and end together.
struct Demo {
    /// A part failed, or ended although nobody asked it to.
    struct PartFailure: Error, CustomStringConvertible {
        let part: String
        let cause: (any Error)?

        var description: String { "\(part) failed: \(cause.map { "\($0)" } ?? "it ended by itself")" }
    }

    private let options: DemoOptions
    private let controlPlane: ControlPlane
    private let journal: Journal
    private let stopwatch = Stopwatch()

    init(_ options: DemoOptions) throws {
        self.options = options
        controlPlane = try ControlPlane()
        journal = Journal(stopwatch)
    }

    /// Runs until the duration is over or the task is cancelled; either is a good end. Errors: `PartFailure`.
    func run() async throws {
        let folder = try PrivateFolder(prefix: "deepseek-demo")
        let kubeconfig = "\(folder.path)/kubeconfig"
        try controlPlane.server.writeKubeconfig(to: kubeconfig, token: controlPlane.token.exposed)
        let transport = CurlTransport()
        defer { transport.shutDown() }
        let configuration = try ClientConfiguration.load(kubeconfig: kubeconfig)
        let display: any Display =
            Terminal.isInteractive
            ? TerminalDisplay(kubeconfig: kubeconfig, journal: journal)
            : PlainDisplay(kubeconfig: kubeconfig, journal: journal)
        defer { display.close() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            for part in parts(configuration, transport, display) {
                group.addTask { try await Self.run(part) }
            }
            group.addTask { [options] in
                if let duration = options.duration {
                    try await stopwatch.sleep(until: duration)
                } else {
                    try await Latch().wait()
                }
            }
            do { try await group.next() } catch is CancellationError {}
            group.cancelAll()
            while let result = await group.nextResult() {
                do { try result.get() } catch is CancellationError {}
            }
        }
    }

    // MARK: Parts

    private struct Part: Sendable {
        var name: String
        var run: @Sendable () async throws -> Void
    }

    /// A part runs until it is cancelled; any other end of it is a failure.
    private static func run(_ part: Part) async throws {
        do {
            try await part.run()
        } catch {
            guard Task.isCancelled else { throw PartFailure(part: part.name, cause: error) }
            throw CancellationError()
        }
        guard Task.isCancelled else { throw PartFailure(part: part.name, cause: nil) }
    }

    private func parts(
        _ configuration: ClientConfiguration, _ transport: any Transport, _ display: any Display
    ) -> [Part] {
        [
            Part(name: "the simulated API server") { [controlPlane] in try await controlPlane.server.run() },
            Part(name: "the simulated controllers") { [controlPlane] in try await controlPlane.controllers.run() },
            Part(name: "the operator") { try await runOperator(configuration, transport) },
            Part(name: "the traffic") { try await runTraffic() },
            Part(name: "the releases") { try await runReleases(configuration, transport) },
            Part(name: "the display") { try await show(on: display) },
        ]
    }

    private func runOperator(_ configuration: ClientConfiguration, _ transport: any Transport) async throws {
        let client = KubeClient(configuration: configuration, transport: transport)
        try await CRDInstaller(client: client).install()
        try await DemoResource.apply(with: client)
        var settings = OperatorOptions()
        settings.metricsAddress = nil
        settings.probeAddress = nil
        let environment = DeepSeekOperator.Environment(
            configuration: configuration, transport: transport, log: Logger(format: .json, sink: journal),
            identity: "deepseek-demo")
        try await DeepSeekOperator(settings, environment: environment).run()
    }

    private func runTraffic() async throws {
        let step = Duration.milliseconds(200)
        var last = stopwatch.elapsed
        while true {
            try await stopwatch.sleep(until: last + step)
            let now = stopwatch.elapsed
            controlPlane.traffic.advance(to: now, for: now - last, readyPods: try controlPlane.readyPods())
            last = now
        }
    }

    /// Once a period, after the load has come and gone, another version is released, and taken back once it serves.
    private func runReleases(_ configuration: ClientConfiguration, _ transport: any Transport) async throws {
        let client = KubeClient(configuration: configuration, transport: transport)
        let clusters = Api<DeepSeekCluster>(client, namespace: DemoResource.key.namespace)
        for version in 2... {
            let start = TrafficCurve.period * (version - 2)
            try await stopwatch.sleep(until: start + .seconds(60))
            let before = try await clusters.get(DemoResource.key.name).status?.activeRevision
            try await DemoResource.release(version: version, with: client)
            try await stopwatch.sleep(until: start + .seconds(82))
            let after = try await clusters.get(DemoResource.key.name).status?.activeRevision
            if let before, after != before {
                try await DemoResource.rollBack(to: before, id: "\(version)", with: client)
            }
        }
    }

    private func show(on display: any Display) async throws {
        var next = Duration.zero
        while true {
            try await stopwatch.sleep(until: next)
            display.show(try Snapshot(controlPlane, at: stopwatch.elapsed))
            next = max(next + display.period, stopwatch.elapsed)
        }
    }
}
