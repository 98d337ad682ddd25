import HTTPTransport
import KubeClient
import KubeCore
import TestSupport
import Testing

/// What each verb puts on the wire.
@Suite struct ApiRequestTests {
    private static let deployments = ResourceType(
        group: "apps", version: "v1", kind: "Deployment", plural: "deployments")
    private static let nodes = ResourceType(
        group: "", version: "v1", kind: "Node", plural: "nodes", isNamespaced: false)

    private let transport = FakeTransport { _ in .json(#"{"kind":"X","metadata":{"name":"a"},"items":[]}"#) }

    private func api(_ type: ResourceType = deployments, _ namespace: String? = "ns") -> Api<JSONValue> {
        let configuration = ClientConfiguration(server: "https://host:6443/prefix/", userAgent: "test/1")
        return Api(KubeClient(configuration: configuration, transport: transport), type, namespace: namespace)
    }

    /// The last request as `METHOD target`, without server.
    private var line: String? {
        transport.requests.last.map { "\($0.method) \($0.url.replacing("https://host:6443/prefix", with: ""))" }
    }

    private var body: JSONValue? {
        transport.requests.last?.body.flatMap { try? JSONValue(parsing: $0) }
    }

    @Test func reads() async throws {
        _ = try await api().get("r 1/ü".replacing("/", with: ""))
        #expect(line == "GET /apis/apps/v1/namespaces/ns/deployments/r%201%C3%BC")
        _ = try await api(Self.nodes, "ignored").get("n")
        #expect(line == "GET /api/v1/nodes/n")
        _ = try await api().getStatus("d")
        #expect(line == "GET /apis/apps/v1/namespaces/ns/deployments/d/status")
        _ = try await api().getScale("d")
        #expect(line == "GET /apis/apps/v1/namespaces/ns/deployments/d/scale")
        _ = try await api(Self.deployments, nil).list()
        #expect(line == "GET /apis/apps/v1/deployments")
        let options = ListOptions(
            labelSelector: "a=b,c in (d)", fieldSelector: "metadata.name=x", limit: 5, continueToken: "t+/=",
            resourceVersion: "7", resourceVersionMatch: .exact)
        _ = try await api().list(options)
        #expect(
            line == "GET /apis/apps/v1/namespaces/ns/deployments?labelSelector=a%3Db%2Cc%20in%20%28d%29"
                + "&fieldSelector=metadata.name%3Dx&limit=5&continue=t%2B%2F%3D&resourceVersion=7"
                + "&resourceVersionMatch=Exact")
    }

    @Test func sendsWhoAsksAndWhatIsAccepted() async throws {
        _ = try await api().get("d")
        let headers = try #require(transport.requests.last?.headers)
        #expect(headers["User-Agent"] == "test/1")
        #expect(headers["Accept"] == "application/json")
        #expect(headers["Authorization"] == nil)
    }

    @Test func createsAndReplacesWithKindFilledIn() async throws {
        _ = try await api().create(["metadata": ["name": "d"]] as JSONValue, options: WriteOptions(isDryRun: true))
        #expect(line == "POST /apis/apps/v1/namespaces/ns/deployments?dryRun=All")
        #expect(body == ["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "d"]])
        let options = WriteOptions(fieldManager: "me", fieldValidation: .strict)
        _ = try await api().replace("d", with: ["kind": "Other"] as JSONValue, options: options)
        #expect(
            line
                == "PUT /apis/apps/v1/namespaces/ns/deployments/d?fieldManager=me&fieldValidation=Strict")
        #expect(body == ["apiVersion": "apps/v1", "kind": "Other"])
        _ = try await api().replaceStatus("d", with: [:] as JSONValue)
        #expect(line == "PUT /apis/apps/v1/namespaces/ns/deployments/d/status")
        let scale = try await api().getScale("d")
        _ = try await api().replaceScale("d", with: scale)
        #expect(line == "PUT /apis/apps/v1/namespaces/ns/deployments/d/scale")
        #expect(body?["apiVersion"] == "autoscaling/v1")
        #expect(body?["kind"] == "Scale")
    }

    @Test(arguments: [
        (Patch.merge(["a": 1]), "application/merge-patch+json", ""),
        (Patch.json(JSONPatch([])), "application/json-patch+json", ""),
        (Patch.apply(["a": 1], fieldManager: "m"), "application/apply-patch+yaml", "?fieldManager=m"),
        (
            Patch.apply(["a": 1], fieldManager: "m", force: true), "application/apply-patch+yaml",
            "?fieldManager=m&force=true"
        ),
    ])
    func patches(_ patch: Patch, _ contentType: String, _ query: String) async throws {
        _ = try await api().patch("d", patch)
        #expect(line == "PATCH /apis/apps/v1/namespaces/ns/deployments/d\(query)")
        #expect(transport.requests.last?.headers["Content-Type"] == contentType)
        _ = try await api().patchStatus("d", patch)
        #expect(line == "PATCH /apis/apps/v1/namespaces/ns/deployments/d/status\(query)")
        _ = try await api().patchScale("d", patch)
        #expect(line == "PATCH /apis/apps/v1/namespaces/ns/deployments/d/scale\(query)")
    }

    @Test func deletesUnderPreconditions() async throws {
        let options = DeleteOptions(
            gracePeriodSeconds: 0, propagationPolicy: .foreground, uid: "u", resourceVersion: "9", isDryRun: true)
        let deletion = try await api().delete("d", options: options)
        #expect(line == "DELETE /apis/apps/v1/namespaces/ns/deployments/d")
        #expect(
            body == [
                "apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0,
                "propagationPolicy": "Foreground", "preconditions": ["uid": "u", "resourceVersion": "9"],
                "dryRun": ["All"],
            ])
        guard case .pending(let object) = deletion else {
            Issue.record("an object in the answer is still there")
            return
        }
        #expect(object["kind"] == "X")
        try await api().delete("d")
        #expect(body == ["apiVersion": "v1", "kind": "DeleteOptions"])
    }

    @Test func aStatusInAnswerToADeleteMeansGone() async throws {
        let transport = FakeTransport { _ in .json(#"{"kind":"Status","apiVersion":"v1","status":"Success"}"#) }
        let client = KubeClient(configuration: ClientConfiguration(server: "http://h"), transport: transport)
        let deletion = try await Api<JSONValue>(client, Self.nodes).delete("n")
        guard case .deleted = deletion else {
            Issue.record("expected .deleted, got \(deletion)")
            return
        }
    }

    @Test(arguments: ["", ".", "..", "a/b"])
    func refusesNamesThatAreNone(_ name: String) async {
        for namespaced in [false, true] {
            let error = await #expect(throws: KubeError.self) {
                if namespaced {
                    try await api(Self.deployments, name).get("d")
                } else {
                    try await api().get(name)
                }
            }
            guard case .invalidRequest = error else {
                Issue.record("expected invalidRequest, got \(String(describing: error))")
                return
            }
        }
        #expect(transport.requests.isEmpty)
    }

    @Test func oneObjectOfANamespacedKindNeedsANamespace() async {
        let error = await #expect(throws: KubeError.self) { try await api(Self.deployments, nil).get("d") }
        #expect(error?.description.contains("deployments.apps are namespaced") == true)
    }
}
