import Base
import HTTPTransport
import KubeClient
import TestSupport
import Testing

@Suite struct TokenFileTests {
    private let directory: TemporaryDirectory
    private let clock = ManualClock()
    private let source: TokenFile

    init() throws {
        directory = try TemporaryDirectory()
        source = try TokenFile(path: try directory.write("token", "one"), clock: clock)
    }

    private func token() async throws -> String? { try await source.credentials().authorization?.exposed }

    @Test func isReadAgainAfterAMinuteAndNotBefore() async throws {
        try directory.write("token", "two")
        clock.advance(by: .seconds(59))
        #expect(try await token() == "Bearer one")
        clock.advance(by: .seconds(1))
        #expect(try await token() == "Bearer two")
    }

    @Test func isReadAgainWhenItsTokenIsRefused() async throws {
        let rejected = try await source.credentials()
        #expect(try await source.refresh(rejected: rejected) == false)
        try directory.write("token", "two")
        #expect(try await source.refresh(rejected: rejected))
        #expect(try await token() == "Bearer two")
    }

    @Test func aFileThatCannotBeReadLeavesTheLastToken() async throws {
        try directory.write("token", "")
        clock.advance(by: .seconds(60))
        #expect(try await token() == "Bearer one")
        try directory.write("token", "three")
        #expect(try await token() == "Bearer one")
        clock.advance(by: .seconds(60))
        #expect(try await token() == "Bearer three")
    }

    @Test func aRotatedTokenReachesTheServerWithinTheSameRequest() async throws {
        let directory = directory
        let transport = FakeTransport { request in
            guard request.headers["Authorization"] == "Bearer two" else {
                // Errors are ignored by nobody: the request below fails without the new token.
                _ = try? directory.write("token", "two")
                return .failure(401, reason: "Unauthorized")
            }
            return .json("{}")
        }
        let configuration = ClientConfiguration(server: "http://h", credentials: source)
        let client = KubeClient(configuration: configuration, transport: transport)
        #expect(try await client.send(KubeRequest(path: ["api"])).status == 200)
        #expect(transport.requests.count == 2)
    }
}
