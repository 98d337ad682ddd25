import HTTPTransport
import KubeClient
import KubeCore
import TestSupport
import Testing

@Suite struct ApiAnswerTests {
    private func leases(_ answers: [FakeResponse]) -> (Api<Lease>, FakeTransport) {
        let transport = FakeTransport(answers: answers)
        let configuration = ClientConfiguration(server: "http://host")
        let client = KubeClient(configuration: configuration, transport: transport, retryPolicy: .none)
        return (Api(client, namespace: "ns"), transport)
    }

    /// The questions an error answers, by name.
    private static func answers(_ error: KubeError) -> Set<String> {
        let all = [
            "notFound": error.isNotFound, "conflict": error.isConflict, "alreadyExists": error.isAlreadyExists,
            "expired": error.isExpired, "forbidden": error.isForbidden, "invalid": error.isInvalid,
            "unauthorized": error.isUnauthorized, "tooManyRequests": error.isTooManyRequests,
            "cancelled": error.isCancelled,
        ]
        return Set(all.filter(\.value).keys)
    }

    @Test(arguments: [
        (404, "NotFound", "notFound"), (409, "Conflict", "conflict"), (409, "AlreadyExists", "alreadyExists"),
        (410, "Expired", "expired"), (410, "Gone", "expired"), (403, "Forbidden", "forbidden"),
        (422, "Invalid", "invalid"), (401, "Unauthorized", "unauthorized"), (429, "TooManyRequests", "tooManyRequests"),
    ])
    func failuresCarryTheStatus(_ code: Int, _ reason: String, _ answer: String) async throws {
        let (api, _) = leases([.failure(code, reason: reason, message: "because")])
        let error = await #expect(throws: KubeError.self) { try await api.get("l") }
        #expect(Self.answers(try #require(error)) == [answer])
        #expect(error?.status?.message == "because")
        #expect(error?.status?.code == code)
    }

    @Test func aFailureWithoutStatusGetsOne() async {
        let (api, _) = leases([
            .chunks([Array("upstream is gone\n".utf8)], status: 502, headers: ["Content-Type": "text/plain"]),
            .chunks([Array("<html>secret</html>".utf8)], status: 404, headers: ["Content-Type": "text/html"]),
        ])
        let first = await #expect(throws: KubeError.self) { try await api.get("l") }
        #expect(first?.status?.message == "the server answered 502 without a Status: upstream is gone")
        let second = await #expect(throws: KubeError.self) { try await api.get("l") }
        #expect(second?.isNotFound == true)
        #expect(second?.status?.message == "the server answered 404 without a Status")
    }

    @Test func anAnswerOfAnotherFormNamesTypeAndField() async {
        let (api, _) = leases([
            .json(#"{"metadata":{"name":"a"},"spec":{"leaseTransitions":"many"}}"#),
            .json(#"{"items":[{"metadata":{"name":"a"}},{"spec":{}}]}"#),
            .json("<html>"),
        ])
        let first = await #expect(throws: KubeError.self) { try await api.get("l") }
        #expect(
            first?.description
                == "cannot read the server's answer as Lease at spec.leaseTransitions: the field is not a Int")
        let second = await #expect(throws: KubeError.self) { try await api.list() }
        #expect(second?.description.contains("at items[1].metadata: the field is missing") == true)
        let third = await #expect(throws: KubeError.self) { try await api.get("l") }
        #expect(third?.description.hasPrefix("cannot read the server's answer as Lease: ") == true)
    }

    @Test func nothingFoundIsNilOnlyForNotFound() async throws {
        let (api, _) = leases([
            .failure(404, reason: "NotFound"), .json(#"{"metadata":{"name":"l"}}"#), .failure(403, reason: "Forbidden"),
        ])
        #expect(try await api.getIfExists("l") == nil)
        #expect(try await api.getIfExists("l")?.metadata.name == "l")
        let error = await #expect(throws: KubeError.self) { try await api.getIfExists("l") }
        #expect(error?.isForbidden == true)
    }

    private func page(_ names: [String], continueToken: String = "", version: String = "5") -> FakeResponse {
        let items = names.map { #"{"metadata":{"name":"\#($0)"}}"# }.joined(separator: ",")
        return .json(
            #"{"metadata":{"resourceVersion":"\#(version)","continue":"\#(continueToken)"},"items":[\#(items)]}"#)
    }

    @Test func listsAllPages() async throws {
        let (api, transport) = leases([
            page(["a", "b"], continueToken: "x"), page(["c"], continueToken: "y"), page([]),
        ])
        let options = ListOptions(labelSelector: "q", resourceVersion: "3", resourceVersionMatch: .notOlderThan)
        let list = try await api.listAll(options, pageSize: 2)
        #expect(list.items.map(\.metadata.name) == ["a", "b", "c"])
        #expect(list.metadata.resourceVersion == "5")
        let prefix = "http://host/apis/coordination.k8s.io/v1/namespaces/ns/leases?labelSelector=q&limit=2"
        #expect(
            transport.requests.map(\.url) == [
                prefix + "&resourceVersion=3&resourceVersionMatch=NotOlderThan", prefix + "&continue=x",
                prefix + "&continue=y",
            ])
    }

    @Test func anExpiredPageStartsOverWithoutPages() async throws {
        let (api, transport) = leases([
            page(["old"], continueToken: "x"), .failure(410, reason: "Expired"), page(["a", "b"], version: "8"),
        ])
        let list = try await api.listAll(ListOptions(resourceVersion: "3", resourceVersionMatch: .notOlderThan))
        #expect(list.items.map(\.metadata.name) == ["a", "b"])
        #expect(list.metadata.resourceVersion == "8")
        #expect(
            transport.requests.last?.url.hasSuffix("/leases?resourceVersion=3&resourceVersionMatch=NotOlderThan")
                == true)
    }

    @Test func anExpiredFirstPageIsAnError() async {
        let (api, _) = leases([.failure(410, reason: "Expired")])
        let error = await #expect(throws: KubeError.self) { try await api.listAll() }
        #expect(error?.isExpired == true)
    }
}
