import Base
import DeepSeekAPI
import Engines
import HTTPTransport
import KubeCore
import MetricSources
import Migration
import Testing

@testable import Operator

/// Nobody answers.
struct NoTransport: Transport {
    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        throw TransportError(.connect, "nobody")
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> StreamedResponse {
        throw TransportError(.connect, "nobody")
    }
}

/// Pods that answer by their address, and keep what they were asked.
private final class Pods: Transport {
    private let answers: @Sendable (String) -> HTTPResponse?
    let asked = Lock<[HTTPRequest]>([])

    init(_ answers: @escaping @Sendable (String) -> HTTPResponse?) { self.answers = answers }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        asked.withLock { $0.append(request) }
        let host = String(request.url.split(separator: "/")[1].prefix { $0 != ":" })
        guard let answer = answers(host) else { throw TransportError(.timeout, "silent") }
        return answer
    }

    func stream(_ request: HTTPRequest) async throws(TransportError) -> StreamedResponse {
        throw TransportError(.other, "nothing streams here")
    }
}

@Suite struct PodGateTests {
    private static let pods = ["10.0.0.1", "10.0.0.2"].map { PodAddress(ip: $0, port: 8000) }

    @Test func everyPodIsAskedWithTheModelsName() async throws {
        let transport = Pods { _ in HTTPResponse(status: 200) }
        let result = try await WarmUp(transport).run(.init(requests: 3), model: #"a"b"#, to: Self.pods)
        #expect(result.answered == 6 && result.failure == nil)
        let requests = transport.asked.withLock { $0 }
        #expect(requests.count { $0.url == "http://10.0.0.1:8000/v1/completions" } == 3)
        #expect(requests.allSatisfy { $0.method == "POST" && $0.proxy == .none })
        let body = String(decoding: requests.first?.body ?? [], as: UTF8.self)
        #expect(body == #"{"model":"a\"b","prompt":"hi","max_tokens":1}"#)
    }

    @Test func aPodThatFailsFailsTheWarmUp() async throws {
        let transport = Pods { $0 == "10.0.0.2" ? HTTPResponse(status: 503) : HTTPResponse(status: 200) }
        let result = try await WarmUp(transport).run(.init(requests: 2), model: "m", to: Self.pods)
        #expect(result.failure == "10.0.0.2 answered with status 503" && result.answered == 2)
    }

    // MARK: Requests in flight

    private static func serving(_ count: Int) throws -> ServingPods {
        var world = PlannerWorld()
        let revision = world.serve()
        world.world.pods = (1...count).map { index in
            Pod(
                metadata: ObjectMeta(name: "p\(index)", labels: Labels.revision(revision, cluster: "r1")),
                status: Pod.Status(phase: "Running", podIP: "10.0.0.\(index)"))
        }
        return try #require(ServingPods(revision, in: world.world))
    }

    @Test func aSilentPodMakesTheCountUnknown() async throws {
        let text = "vllm:num_requests_running 2\nvllm:num_requests_waiting 1\n"
        let transport = Pods { $0 == "10.0.0.3" ? nil : HTTPResponse(status: 200, body: Array(text.utf8)) }
        let counter = InFlightCounter(probe: PodProbe(transport))
        #expect(try await counter.count(Self.serving(2)) == .init(requests: 6, silentPods: 0))
        let count = try await counter.count(Self.serving(3))
        #expect(count == .init(requests: 6, silentPods: 1) && !count.isZero)
    }

    // MARK: The board

    /// A result counts for the gate that is asked for, and for no other.
    @Test func resultsOfOtherGatesAreDropped() {
        let board = MigrationBoard()
        let cluster = NamespacedName(namespace: "default", name: "r1")
        let (first, second) = (
            Gate(kind: .warmUp, revision: "a", attempt: 1), Gate(kind: .warmUp, revision: "a", attempt: 2)
        )
        func result(_ gate: Gate) -> GateResult {
            GateResult(gate: gate, outcome: .passed, observedAt: Timestamp(seconds: 1))
        }
        #expect(!board.record(result(first), of: cluster))
        #expect(board.assign(.init(gate: first), to: cluster) && !board.assign(.init(gate: first), to: cluster))
        #expect(board.record(result(first), of: cluster) && board.results(of: cluster) == [result(first)])
        #expect(board.assign(.init(gate: second), to: cluster) && board.results(of: cluster).isEmpty)
        #expect(!board.record(result(first), of: cluster))
    }
}
