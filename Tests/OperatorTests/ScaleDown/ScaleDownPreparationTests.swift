import Base
import DeepSeekAPI
import HTTPTransport
import KubeClient
import KubeCore
import Telemetry
import TestSupport
import Testing

@testable import Operator

@Suite struct ScaleDownPreparationTests {
    /// A cluster of four ready pods, whose engines tell these loads, and what is written to them.
    private struct Stage {
        var world: PlannerWorld
        let transport: FakeTransport
        let preparation: ScaleDownPreparation

        init(loads: [Int?], patchStatus: Int = 200) {
            world = PlannerWorld { $0.replicas = loads.count }
            world.settle()
            let revision = world.world.activeRevision ?? ""
            world.world.pods = loads.indices.map { index in
                var metadata = ObjectMeta(
                    name: "p\(index)", namespace: "default", labels: Labels.revision(revision, cluster: "r1"))
                metadata.uid = "uid-p\(index)"
                return Pod(
                    metadata: metadata,
                    status: .init(
                        phase: "Running",
                        conditions: [.init(type: "Ready", status: .true, reason: "", message: "")],
                        podIP: "10.0.0.\(index)"))
            }
            transport = FakeTransport { request throws(TransportError) in
                if request.method == "PATCH" { return .json("{}", status: patchStatus) }
                let index = request.url.split(separator: ":")[1].split(separator: ".").last.flatMap { Int($0) } ?? 0
                guard let load = loads[index] else { throw TransportError(.connect, "refused") }
                return .json("vllm:num_requests_running \(load)\nvllm:num_requests_waiting 1\n")
            }
            let client = KubeClient(
                configuration: ClientConfiguration(server: "http://api"), transport: transport,
                retryPolicy: .none)
            preparation = ScaleDownPreparation(transport: transport, client: client, log: Logger(level: .error))
        }

        /// What was written, a pod each, with its uid.
        var patches: [String: JSONValue] {
            get throws {
                var result: [String: JSONValue] = [:]
                for request in transport.requests where request.method == "PATCH" {
                    let body = try JSONValue(parsing: request.body ?? [])
                    let name = request.url.split(separator: "?")[0].split(separator: "/").last.map(String.init) ?? ""
                    #expect(body[path: "metadata", "uid"] == .string("uid-\(name)"))
                    result[name] = body[path: "metadata", "annotations"]
                }
                return result
            }
        }

        mutating func scale(to replicas: Int) -> [Action] {
            world.world.cluster.spec.replicas = replicas
            return world.plan.steps.map(\.action)
        }
    }

    private static func marks(_ cost: JSONValue, _ mark: JSONValue) -> JSONValue {
        [
            .init("controller.kubernetes.io/pod-deletion-cost"): cost,
            .init("serving.deepseek.io/scale-down-victim"): mark,
        ]
    }

    @Test func theLeastLoadedAreMarkedBeforeTheReplicasDrop() async throws {
        var stage = Stage(loads: [7, 0, 3, nil])
        for action in stage.scale(to: 2) { await stage.preparation.prepare(action, in: stage.world.world) }
        #expect(try stage.patches == ["p1": Self.marks("-2", "true"), "p2": Self.marks("-1", "true")])
    }

    /// No request at all, neither to pods nor to the server.
    @Test(arguments: [4, 5, 0])
    func nothingIsAskedWhereThereIsNothingToChoose(replicas: Int) async {
        var stage = Stage(loads: [7, 0, 3, 1])
        let actions = stage.scale(to: replicas)
        for action in actions { await stage.preparation.prepare(action, in: stage.world.world) }
        await stage.preparation.release(stage.world.world, after: actions)
        #expect(stage.transport.requests.isEmpty)
    }

    @Test func withoutASignalTheReplicaSetChooses() async throws {
        var stage = Stage(loads: [nil, nil, nil])
        for action in stage.scale(to: 1) { await stage.preparation.prepare(action, in: stage.world.world) }
        #expect(stage.transport.requests.count == 3)
        #expect(try stage.patches.isEmpty)
    }

    /// A refused write is no reason to stay large: prepare returns, whatever happens.
    @Test func aFailedWriteHoldsNothingUp() async throws {
        var stage = Stage(loads: [7, 0], patchStatus: 403)
        for action in stage.scale(to: 1) { await stage.preparation.prepare(action, in: stage.world.world) }
        #expect(try stage.patches.count == 1)
    }

    @Test func marksGoWhenTheScaleDownIsCalledOff() async throws {
        var stage = Stage(loads: [7, 0])
        stage.world.world.pods[1].metadata.annotations = [
            "controller.kubernetes.io/pod-deletion-cost": "-1", "serving.deepseek.io/scale-down-victim": "true",
        ]
        // As long as the pods are more than the Deployment wants, or it is about to want fewer, they stay.
        let actions = stage.scale(to: 1)
        await stage.preparation.release(stage.world.world, after: actions)
        stage.world.world.deployments[0].spec.replicas = 1
        await stage.preparation.release(stage.world.world, after: [])
        #expect(try stage.patches.isEmpty)
        stage.world.world.deployments[0].spec.replicas = 2
        await stage.preparation.release(stage.world.world, after: [])
        #expect(try stage.patches == ["p1": Self.marks(.null, .null)])
    }
}
