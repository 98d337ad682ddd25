import Base
import HTTPTransport
import KubeClient
import KubeCore
import TestSupport
import Testing

@Suite struct RetryTests {
    private static let policy = RetryPolicy(
        maxRetries: 3, backoff: Backoff(initial: .seconds(1), maximum: .seconds(3), factor: 2, jitter: 0),
        maxRetryAfter: .seconds(30))

    private let clock = ManualClock()

    private func client(
        _ transport: FakeTransport, credentials: any CredentialSource = FixedCredentials(),
        observer: (@Sendable (RequestRecord) -> Void)? = nil
    ) -> KubeClient {
        KubeClient(
            configuration: ClientConfiguration(server: "http://host:8080/p", credentials: credentials),
            transport: transport, retryPolicy: Self.policy, clock: clock, observer: observer)
    }

    /// Runs a request to its end, advancing the clock whenever it waits, and returns those waits.
    private func run(
        _ client: KubeClient, _ request: KubeRequest
    ) async -> (waits: [Duration], result: Result<HTTPResponse, any Error>) {
        let done = AsyncStream<Void>.makeStream()
        let task = Task {
            defer { done.continuation.finish() }
            return try await client.send(request)
        }
        let waits = Lock<[Duration]>([])
        let driver = Task {
            while !Task.isCancelled {
                await clock.waitUntilSleeping()
                guard let deadline = clock.nextDeadline else { continue }
                let wait = clock.now.duration(to: deadline)
                waits.withLock { $0.append(wait) }
                clock.advance(by: wait)
            }
        }
        for await _ in done.stream {}
        driver.cancel()
        // Releases the driver from its wait for a sleeper.
        let release = Task { try await clock.sleep(for: .seconds(1)) }
        let result = await task.result
        await driver.value
        release.cancel()
        return (waits.withLock { $0 }, result)
    }

    private static let retryAfter: @Sendable (String) -> HTTPHeaders = { ["Retry-After": $0] }

    @Test(arguments: [429, 503, 500, 502, 504])
    func repeatsWhatMayPassWithGrowingWaits(_ code: Int) async throws {
        let transport = FakeTransport(answers: [
            .failure(code, reason: "X"), .failure(code, reason: "X"), .json("{}"),
        ])
        let (waits, result) = await run(client(transport), KubeRequest(path: ["a"]))
        #expect(try result.get().status == 200)
        #expect(waits.prefix(2) == [.seconds(1), .seconds(2)])
        #expect(transport.requests.count == 3)
    }

    @Test func givesUpAfterTheLastRetry() async {
        let transport = FakeTransport { _ in .failure(503, reason: "ServiceUnavailable") }
        let (waits, result) = await run(client(transport), KubeRequest(path: ["a"]))
        #expect(throws: KubeError.self) { try result.get() }
        #expect(waits.prefix(3) == [.seconds(1), .seconds(2), .seconds(3)])
        #expect(transport.requests.count == 4)
    }

    @Test(arguments: [400, 401, 403, 404, 409, 410, 413, 422, 501])
    func doesNotRepeatWhatIsFinal(_ code: Int) async {
        let transport = FakeTransport { _ in .failure(code, reason: "X") }
        await #expect(throws: KubeError.self) { try await client(transport).send(KubeRequest(path: ["a"])) }
        #expect(transport.requests.count == 1)
    }

    @Test func doesNotRepeatFailuresOfTheTransport() async {
        let transport = FakeTransport { _ throws(TransportError) in throw TransportError(.connectionLost, "cut") }
        let error = await #expect(throws: KubeError.self) {
            try await client(transport).send(KubeRequest(path: ["a"], query: [.init(name: "q", value: "1")]))
        }
        #expect(error?.description == "connectionLost: GET http://host:8080/p/a?q=1: cut")
        #expect(transport.requests.count == 1)
    }

    /// What may have happened already is done again only where twice is as good as once.
    @Test(
        arguments: [
            ("POST", nil, 500, false), ("POST", nil, 503, true), ("POST", nil, 429, true), ("PUT", nil, 500, true),
            ("DELETE", nil, 504, true), ("PATCH", "application/merge-patch+json", 500, true),
            ("PATCH", "application/apply-patch+yaml", 500, true), ("PATCH", "application/json-patch+json", 500, false),
            ("PATCH", "application/json-patch+json", 503, true),
        ] as [(String, String?, Int, Bool)])
    func repeatsByMethod(_ method: String, _ contentType: String?, _ code: Int, _ isRepeated: Bool) async {
        let transport = FakeTransport { _ in .failure(code, reason: "X") }
        var request = KubeRequest(method: method, path: ["a"])
        request.headers["Content-Type"] = contentType
        _ = await run(client(transport), request)
        #expect(transport.requests.count == (isRepeated ? 4 : 1))
    }

    @Test func waitsAsLongAsTheServerSays() async throws {
        let details = #"{"kind":"Status","code":429,"reason":"TooManyRequests","details":{"retryAfterSeconds":9}}"#
        let transport = FakeTransport(answers: [
            .failure(429, reason: "X", headers: ["Retry-After": "7"]), .json(details, status: 429),
            .failure(500, reason: "X", headers: ["Retry-After": "soon"]), .json("{}"),
        ])
        let (waits, result) = await run(client(transport), KubeRequest(path: ["a"]))
        #expect(try result.get().status == 200)
        #expect(waits.prefix(3) == [.seconds(7), .seconds(9), .seconds(3)])
    }

    @Test func aServerThatNamesAnUnreasonableWaitIsNotWaitedFor() async {
        let transport = FakeTransport { _ in .failure(429, reason: "X", headers: ["Retry-After": "31"]) }
        await #expect(throws: KubeError.self) { try await client(transport).send(KubeRequest(path: ["a"])) }
        #expect(transport.requests.count == 1)
    }

    @Test func cancellationEndsTheWait() async throws {
        let transport = FakeTransport { _ in .failure(503, reason: "X") }
        let client = client(transport)
        let task = Task { try await client.send(KubeRequest(path: ["a"])) }
        await clock.waitUntilSleeping()
        task.cancel()
        let error = await #expect(throws: KubeError.self) { try await task.value }
        #expect(error?.isCancelled == true)
        #expect(transport.requests.count == 1)
    }

    @Test func aFailedStreamIsRepeatedToo() async throws {
        let transport = FakeTransport(answers: [
            .failure(429, reason: "X"), .chunks([[0x61]]),
        ])
        let client = client(transport)
        let task = Task { try await client.stream(KubeRequest(path: ["a"])) }
        await clock.waitUntilSleeping()
        clock.advance(by: .seconds(1))
        #expect(try await task.value.body.collect(maxBytes: 1) == [0x61])
    }

    private actor Rotating: CredentialSource {
        private var token = "old"
        private let next: String
        init(next: String) { self.next = next }
        func credentials() async throws(KubeError) -> Credentials { .bearer(Redacted(token)) }
        func refresh(rejected: Credentials) async throws(KubeError) -> Bool {
            token = next
            return .bearer(Redacted(token)) != rejected
        }
    }

    @Test(arguments: [("new", 2), ("old", 1)])
    func aRefusedCredentialIsReplacedOnce(_ next: String, _ tries: Int) async {
        let transport = FakeTransport { _ in .failure(401, reason: "Unauthorized") }
        let error = await #expect(throws: KubeError.self) {
            try await client(transport, credentials: Rotating(next: next)).send(KubeRequest(path: ["a"]))
        }
        #expect(error?.isUnauthorized == true)
        #expect(
            transport.requests.map { $0.headers["Authorization"] }
                == ["Bearer old", "Bearer new"].prefix(tries).map { $0 })
    }

    @Test func everyTryIsObserved() async {
        let records = Lock<[RequestRecord]>([])
        let transport = FakeTransport(answers: [.failure(503, reason: "X")])
        let client = client(transport) { record in records.withLock { $0.append(record) } }
        _ = await run(client, KubeRequest(method: "PUT", path: ["a"]))
        let seen = records.withLock { $0 }
        #expect(seen.map(\.outcome) == [.status(503), .failure(.connect)])
        #expect(seen.map(\.attempt) == [0, 1])
        #expect(seen.allSatisfy { $0.method == "PUT" && $0.host == "host:8080" && $0.duration == .zero })
    }
}
