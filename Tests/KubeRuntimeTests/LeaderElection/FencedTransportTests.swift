import Base
import HTTPTransport
import KubeRuntime
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct FencedTransportTests {
    final class Server: Transport {
        let received = Recorder<String>()
        let isHanging: Bool

        init(isHanging: Bool = false) { self.isHanging = isHanging }

        func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
            received.record(request.method)
            guard isHanging else { return HTTPResponse(status: 200) }
            do { try await Latch().wait() } catch { throw TransportError(.cancelled, "cancelled") }
            return HTTPResponse(status: 200)
        }

        func stream(_ request: HTTPRequest) async throws(TransportError) -> StreamedResponse {
            throw TransportError(.other, "not used")
        }
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE"])
    func writesNeedLeadershipAndReadsDoNot(_ method: String) async throws {
        let server = Server()
        let transport = FencedTransport(server, fence: LeadershipFence(clock: ManualClock()))
        await #expect(throws: TransportError.self) {
            try await transport.send(HTTPRequest(method: method, url: "http://x/"))
        }
        _ = try await transport.send(HTTPRequest(method: "GET", url: "http://x/"))
        #expect(server.received.entries == ["GET"])
    }

    @Test func aWriteInFlightIsCancelledAtTheDeadline() async throws {
        let clock = ManualClock()
        let server = Server(isHanging: true)
        let elector = LeaderElector(
            identity: "a", configuration: try LeaderElectionConfiguration(), storage: MemoryLeaseStorage(MemoryLease()),
            clock: clock)
        let transport = FencedTransport(server, fence: elector.fence)
        let storage = Latch()
        let leader = Task {
            try await elector.run {
                storage.open()
                _ = try await transport.send(HTTPRequest(method: "PATCH", url: "http://x/"))
            }
        }
        try await storage.wait()
        try await server.received.waitFor(1)
        await clock.waitUntilSleeping(count: 2)
        clock.advance(by: .seconds(10))
        await #expect(throws: (any Error).self) { try await leader.value }
        #expect(!elector.isLeader)
    }
}
