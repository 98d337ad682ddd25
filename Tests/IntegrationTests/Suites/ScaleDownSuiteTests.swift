import Base
import HTTPTransport
import KubeClient
import KubeCore
import TestSupport
import Testing

/// The least-loaded pods go first, whoever lowers the replicas. On the simulator, since a ReplicaSet controller minds the
/// deletion cost from 1.22 on.
@Suite struct ScaleDownSuiteTests {
    /// Plays the engines of pods, which have no network: all else goes to the API server.
    private struct EngineTransport: Transport {
        let base: any Transport
        /// Requests in flight by the pods' addresses.
        let loads: Lock<[String: Int]>

        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            guard request.url.hasSuffix(":8000/metrics") else { return try await base.send(request) }
            let address = request.url.dropFirst("http://".count).prefix { $0 != ":" }
            guard let load = loads.withLock({ $0[String(address)] }) else {
                throw TransportError(.connect, "no such pod")
            }
            let text = "vllm:num_requests_running \(load)\nvllm:num_requests_waiting 0\n"
            return HTTPResponse(status: 200, body: Array(text.utf8))
        }

        func stream(_ request: HTTPRequest) async throws(TransportError) -> StreamedResponse {
            try await base.stream(request)
        }
    }

    private static func pods(_ scene: Scene) async throws -> [Pod] {
        try await Api<Pod>(scene.client, namespace: scene.namespace).list(ListOptions()).items
            .filter { !$0.metadata.isBeingDeleted }.sorted { $0.metadata.name < $1.metadata.name }
    }

    @Test func theBusiestPodsStay() async throws {
        let scene = try await Scene(.simulator, "victims")
        let loads = Lock<[String: Int]>([:])
        let transport = EngineTransport(base: scene.cluster.transport, loads: loads)
        try await scene.withOperator(transport: transport) {
            try await scene.apply(minimalSpec + "\nreplicas: 5")
            try await scene.waitUntilReady(replicas: 5)
            let pods = try await Self.pods(scene)
            let busy = [3, 0, 9, 1, 7]
            for (pod, load) in zip(pods, busy) {
                let address = try #require(pod.status?.podIP)
                loads.withLock { $0[address] = load }
            }
            for (replicas, stay) in [(4, [0, 2, 3, 4]), (2, [2, 4]), (1, [2])] {
                try await scene.kubectl("scale", "dsc/r1", "--replicas=\(replicas)")
                try await eventually("\(replicas) pods are left") { try await Self.pods(scene).count == replicas }
                let left = try await Self.pods(scene)
                #expect(left.map(\.metadata.name) == stay.map { pods[$0].metadata.name })
                #expect(
                    left.allSatisfy { $0.metadata.annotations?["controller.kubernetes.io/pod-deletion-cost"] == nil })
            }
        }
    }
}
