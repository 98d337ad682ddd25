import Base
import DeepSeekAPI
import KubeClient
import KubeCore
import TestSupport
import Testing

/// The commands that look at a cluster and leave it as it is.
@Suite(.timeLimit(.minutes(4))) struct CommandLineSuiteTests {
    /// What a command prints.
    private static func output(_ scene: Scene, _ arguments: String...) async throws -> String {
        let result = try await run(
            try OperatorProcess.program, arguments + ["--kubeconfig=\(scene.cluster.kubeconfig)"],
            timeout: .seconds(60))
        guard result.isSuccess else {
            throw ControlPlaneError("\(arguments.joined(separator: " ")): \(result.errors)\(result.output)")
        }
        return result.output
    }

    /// Every object of ours with its version, the resource itself included.
    private static func versions(_ scene: Scene) async throws -> [String] {
        let version = try await scene.clusters.get("r1").metadata.resourceVersion
        return try await scene.fingerprint() + ["r1 \(version ?? "")"]
    }

    @Test(arguments: Backend.available)
    func planTellsWhatThenRuns(backend: Backend) async throws {
        let scene = try await Scene(backend, "plan")
        let folder = try TemporaryFolder()
        let spec =
            minimalSpec
            + "\nreplicas: 2\nmigration: {scaleDownDelaySeconds: 0}\npods: {drainSeconds: 1, preStopSeconds: 0}"
        let changed = spec.replacing("v0.33.0", with: "v0.34.0")
        let file = try folder.write(
            "new.yaml",
            """
            apiVersion: serving.deepseek.io/v1alpha1
            kind: DeepSeekCluster
            metadata: {name: r1, namespace: \(scene.namespace)}
            spec:
            \(changed.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n"))
            """)
        try await scene.withOperator {
            try await scene.apply(spec)
            try await scene.waitUntilReady(replicas: 2)
            let blue = try #require(try await scene.status().activeRevision)
            let before = try await Self.versions(scene)
            let plan = try await Self.output(scene, "plan", "-f", file)
            #expect(try await Self.versions(scene) == before)
            #expect(plan.contains("\(blue) x2"), "\(plan)")
            #expect(plan.hasSuffix("GPUs: 2 now, 4 at most, 2 at the end.\n"), "\(plan)")

            try await scene.apply(changed)
            // Each replica has one GPU.
            var peak = 0
            try await eventually("the new revision alone is there") {
                let deployments = try await scene.deployments.list().items
                peak = max(peak, deployments.reduce(0) { $0 + ($1.spec.replicas ?? 0) })
                let status = try await scene.status()
                return deployments.count == 1 && status.activeRevision != blue && status.readyReplicas == 2
            }
            let green = try #require(try await scene.status().activeRevision)
            #expect(plan.contains("\(green) x2"), "\(plan)")
            #expect(peak == 4)
        }
    }

    /// Without an operator: what is read is the resource.
    @Test(arguments: Backend.available)
    func simulateReadsALiveResourceAndNothingElse(backend: Backend) async throws {
        let scene = try await Scene(backend, "what-if")
        let folder = try TemporaryFolder()
        try await scene.apply(
            minimalSpec + """

                autoscaling:
                  maxReplicas: 8
                  source: {externalMetrics: {}}
                  metrics:
                  - {type: External, external: {metric: {name: rps}, target: {type: AverageValue, averageValue: "1200m"}}}
                """)
        let lines = (0..<1200).map { "\($0),\($0 < 300 ? 1 : 4)" }
        let trace = try folder.write("trace.csv", "second,requests\n" + lines.joined(separator: "\n"))
        let before = try await Self.versions(scene)
        let table = try await Self.output(
            scene, "simulate", trace, "--resource=\(scene.namespace)/r1", "--csv=\(folder.path("out.csv"))")
        #expect(try await Self.versions(scene) == before)
        #expect(table.split(separator: "\n").contains { $0.hasPrefix("\(scene.namespace)/r1") }, "\(table)")
        // HPA's rule has the resource's target and bounds: four requests a second at 1.2 for each of the replicas, the peak
        // in the last column.
        let yardstick = try #require(table.split(separator: "\n").first { $0.hasPrefix("hpa ") }, "\(table)")
        #expect(yardstick.split(separator: " ").last == "4", "\(table)")
        #expect(try folder.read("out.csv").contains("\(scene.namespace)/r1"))
    }
}
