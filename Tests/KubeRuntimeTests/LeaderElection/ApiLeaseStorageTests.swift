import HTTPTransport
import KubeClient
import KubeCore
import KubeRuntime
import TestSupport
import Testing

@Suite struct ApiLeaseStorageTests {
    private func storage(_ answer: FakeResponse) -> (ApiLeaseStorage, FakeTransport) {
        let transport = FakeTransport(answers: [answer])
        let client = KubeClient(
            configuration: ClientConfiguration(server: "http://h"), transport: transport, retryPolicy: .none)
        return (ApiLeaseStorage(client: client, lease: NamespacedName(namespace: "ns", name: "op")), transport)
    }

    @Test func aLeaseThatIsMissingIsNoError() async throws {
        let (storage, transport) = storage(.failure(404, reason: "NotFound"))
        #expect(try await storage.read() == nil)
        #expect(transport.requests.map(\.url) == ["http://h/apis/coordination.k8s.io/v1/namespaces/ns/leases/op"])
    }

    @Test func anUpdateHoldsOnlyForTheVersionThatWasRead() async throws {
        let (storage, transport) = storage(.failure(409, reason: "Conflict"))
        let error = await #expect(throws: KubeError.self) {
            try await storage.update(Lease.Spec(holderIdentity: "a"), resourceVersion: "7")
        }
        #expect(error?.isConflict == true)
        let request = try #require(transport.requests.first)
        #expect(request.method == "PATCH")
        #expect(request.headers["Content-Type"] == "application/merge-patch+json")
        let body = try JSONValue(parsing: try #require(request.body))
        #expect(body == ["metadata": ["resourceVersion": "7"], "spec": ["holderIdentity": "a"]])
    }
}
